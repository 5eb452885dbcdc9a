using System.Data.Common;
using Dapper;
using Parley.Protocol;
using Parley.Server.Messages;
using Parley.Server.Sync;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Storage;

/// <summary>What every engine must do with the commands of a conversation.</summary>
public sealed class CommandTests : IAsyncLifetime
{
    private readonly TestDatabase _test = new();
    private long _ada, _bob, _eve, _thread;

    public async ValueTask InitializeAsync()
    {
        (_ada, _bob, _eve) = (await _test.AddUser("ada"), await _test.AddUser("bob"), await _test.AddUser("eve"));
        _thread = await _test.Database.StartThread(_ada, _bob);
    }

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task S3_Seqs_are_dense_however_many_send_at_once()
    {
        var sends = Enumerable.Range(0, 500).Select(i => _test.Database.Send(i % 2 == 0 ? _ada : _bob, _thread, $"text {i}"));
        var seqs = (await Task.WhenAll(sends)).Select(message => message.Seq).Order();
        Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), seqs);
    }

    [Fact]
    public async Task S2_Commands_that_cross_each_others_rows_all_run_and_in_the_order_in_which_they_came()
    {
        var (withEve, bobAndEve) = (await _test.Database.StartThread(_ada, _eve), await _test.Database.StartThread(_bob, _eve));
        // Each needs the rows of another thread and of two people, in every order.
        (long User, long Thread)[] ring = [(_ada, _thread), (_eve, bobAndEve), (_ada, withEve), (_bob, _thread), (_bob, bobAndEve), (_eve, withEve)];
        var sends = Enumerable.Range(0, 300).Select(i => _test.Database.Send(ring[i % 6].User, ring[i % 6].Thread, $"{i}")).ToList();
        await Task.WhenAll(sends);
        foreach (var thread in new[] { _thread, withEve, bobAndEve })
        {
            var texts = (await _test.Database.Read(c => MessageReader.ReadFrom(c, thread, 1, 1_000))).Select(message => message.Text);
            Assert.Equal(Enumerable.Range(0, 300).Where(i => ring[i % 6].Thread == thread).Select(i => $"{i}"), texts);
        }
    }

    [Fact]
    public async Task S12_The_same_cid_is_written_once_however_often_it_is_sent()
    {
        var sent = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => _test.Database.Send(_ada, _thread, $"text {i}", "same")));
        await _test.Reopen();
        var again = await _test.Database.Send(_ada, _thread, "later", "same");
        Assert.All(sent, message => Assert.Equal(sent[0], message));
        Assert.Equal(sent[0], again);
        Assert.Equal(1, (await _test.Database.ReadHead(_ada, _thread))!.LastSeq);
    }

    [Fact]
    public async Task S12_The_same_cid_of_another_sender_is_another_message()
    {
        await _test.Database.Send(_ada, _thread, "mine", "same");
        var theirs = await _test.Database.Send(_bob, _thread, "theirs", "same");
        Assert.Equal(2, theirs.Seq);
    }

    [Fact]
    public async Task S13_A_stranger_can_do_nothing_in_a_thread()
    {
        await _test.Database.Send(_ada, _thread, "secret");
        await AssertNotFound(_test.Database.Send(_eve, _thread, "hello"));
        await AssertNotFound(_test.Database.Edit(_eve, _thread, 1, "hello"));
        await AssertNotFound(_test.Database.Delete(_eve, _thread, 1));
        await AssertNotFound(_test.Database.React(_eve, _thread, 1, "👍"));
        await AssertNotFound(_test.Database.MarkRead(_eve, _thread, 1));
        await AssertNotFound(_test.Database.DeleteThread(_eve, _thread));
        await AssertNotFound(_test.Database.Read(c => MessageReader.ReadExtent(c, _eve, _thread)));
        Assert.Null(await _test.Database.ReadHead(_eve, _thread));
        Assert.Equal(0, await _test.Database.ReadVersion(_eve));
    }

    [Fact]
    public async Task S12_A_refused_command_leaves_its_neighbours_in_the_batch_alone()
    {
        var good = Enumerable.Range(0, 50).Select(i => _test.Database.Send(_ada, _thread, $"text {i}"));
        var bad = Enumerable.Range(0, 50).Select(_ => AssertNotFound(_test.Database.Send(_eve, _thread, "no")));
        await Task.WhenAll(good.Zip(bad, (one, other) => Task.WhenAll(one, other)));
        Assert.Equal(50, (await _test.Database.ReadHead(_ada, _thread))!.LastSeq);
    }

    [Fact]
    public async Task S12_A_command_that_breaks_a_whole_batch_fails_alone()
    {
        // The row it adds has a null where the table wants none, which is found when the batch is saved.
        var poison = new SendMessage(_ada, _thread, "poison", null!, null);
        var acts = Enumerable.Range(0, 50).Select(i => _test.Database.Send(_ada, _thread, $"text {i}")).ToList();
        var failed = _test.Database.Execute(poison);
        acts.AddRange(Enumerable.Range(50, 50).Select(i => _test.Database.Send(_ada, _thread, $"text {i}")));
        var sent = await Task.WhenAll(acts);
        await Assert.ThrowsAnyAsync<Exception>(() => failed);
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), sent.Select(message => message.Seq).Order());
    }

    [Fact]
    public async Task S12_What_the_commit_refuses_is_not_acknowledged_and_takes_nobody_with_it()
    {
        // Checked when the transaction is committed and not before.
        const string Orphan = "INSERT INTO messages (thread_id, seq, revision, user_id, cid, text, sent_at) VALUES (4711, 1, 1, 1, 'c', 'orphan', 0);";
        var sql = TestEngine.IsPostgres
            ? $"CREATE TEMP TABLE refused (id int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP; {Orphan} INSERT INTO refused VALUES (1), (1)"
            : $"PRAGMA defer_foreign_keys = ON; {Orphan}";
        var failing = Enumerable.Range(0, 20).Select(_ => _test.Database.Write(connection => connection.ExecuteAsync(sql)));
        var sends = Enumerable.Range(0, 20).Select(i => _test.Database.Send(_ada, _thread, $"text {i}"));
        var all = failing.Zip(sends).ToList();
        foreach (var (broken, sent) in all)
        {
            await Assert.ThrowsAnyAsync<DbException>(() => broken);
            await sent;
        }
        await _test.Reopen();
        var messages = await _test.Database.Read(c => MessageReader.ReadFrom(c, _thread, 1, 100));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"text {i}"), messages.OrderBy(message => message.Seq).Select(message => message.Text));
        Assert.Empty(await _test.Database.Read(c => MessageReader.ReadFrom(c, 4711, 1, 100)));
    }

    [Fact]
    public async Task Two_people_share_one_thread_whoever_starts_it()
    {
        Assert.Equal(_thread, await _test.Database.StartThread(_bob, _ada));
        var started = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            i % 2 == 0 ? _test.Database.StartThread(_ada, _eve) : _test.Database.StartThread(_eve, _ada)));
        Assert.Single(started.Distinct());
    }

    [Fact]
    public async Task C8_The_read_mark_only_moves_forward_and_not_beyond_the_last_message()
    {
        for (var i = 0; i < 3; i++)
            await _test.Database.Send(_ada, _thread, "hello");
        await _test.Database.MarkRead(_bob, _thread, 2);
        Assert.Equal((2, 1), await ReadMarks(_bob));
        var version = await _test.Database.ReadVersion(_bob);
        await _test.Database.MarkRead(_bob, _thread, 1);
        Assert.Equal((2, 1), await ReadMarks(_bob));
        Assert.Equal(version, await _test.Database.ReadVersion(_bob));
        await _test.Database.MarkRead(_bob, _thread, 99);
        Assert.Equal((3, 0), await ReadMarks(_bob));
        Assert.Equal(3, (await _test.Database.ReadHead(_ada, _thread))!.PeerReadSeq);
    }

    [Fact]
    public async Task S4_S13_Deleting_for_me_hides_the_history_and_a_new_message_brings_the_thread_back()
    {
        await _test.Database.Send(_ada, _thread, "old");
        await _test.Database.DeleteThread(_bob, _thread);
        Assert.Null(await _test.Database.ReadHead(_bob, _thread));
        Assert.NotNull(await _test.Database.ReadHead(_ada, _thread));

        await _test.Database.Send(_ada, _thread, "new");
        var head = await _test.Database.ReadHead(_bob, _thread);
        Assert.Equal((1, 1, "new"), (head!.ClearedSeq, head.Unread, head.Last!.Text));
        await AssertNotFound(_test.Database.React(_bob, _thread, 1, "👍"));
        await Assert.ThrowsAsync<Refusal>(() => _test.Database.Send(_bob, _thread, "reply", replyTo: 1));
    }

    [Fact]
    public async Task S3_A_deleted_message_keeps_its_seq_and_loses_its_content()
    {
        await _test.Database.Send(_ada, _thread, "first");
        await _test.Database.Send(_ada, _thread, "secret", replyTo: 1);
        await _test.Database.React(_bob, _thread, 2, "👍");
        var deleted = await _test.Database.Delete(_ada, _thread, 2);
        Assert.Equal(("", true, null, null), (deleted.Text, deleted.Deleted, deleted.ReplyTo, deleted.Reactions));
        Assert.Equal(deleted, await _test.Database.Delete(_ada, _thread, 2));
        await Assert.ThrowsAsync<Refusal>(() => _test.Database.Edit(_ada, _thread, 2, "back"));
        Assert.Equal(3, (await _test.Database.Send(_ada, _thread, "third")).Seq);
    }

    [Fact]
    public async Task S1_An_act_that_changes_nothing_takes_no_version()
    {
        await _test.Database.Send(_ada, _thread, "hello");
        await _test.Database.React(_bob, _thread, 1, "👍");
        var before = (await _test.Database.ReadVersion(_ada), await _test.Database.ReadVersion(_bob));
        await _test.Database.Edit(_ada, _thread, 1, "hello");
        await _test.Database.React(_bob, _thread, 1, "👍");
        await _test.Database.React(_bob, _thread, 1, "😂", isOn: false);
        await _test.Database.Update(_bob, _thread, new UpdateThreadRequest(Muted: false));
        Assert.Equal(before, (await _test.Database.ReadVersion(_ada), await _test.Database.ReadVersion(_bob)));
    }

    [Fact]
    public async Task A_new_message_takes_a_thread_out_of_the_archive_unless_it_is_muted()
    {
        await _test.Database.Update(_bob, _thread, new UpdateThreadRequest(Archived: true));
        await _test.Database.Send(_ada, _thread, "hello");
        Assert.False((await _test.Database.ReadHead(_bob, _thread))!.Archived);
        await _test.Database.Update(_bob, _thread, new UpdateThreadRequest(Archived: true, Muted: true));
        await _test.Database.Send(_ada, _thread, "hello again");
        Assert.True((await _test.Database.ReadHead(_bob, _thread))!.Archived);
    }

    [Fact]
    public async Task Everything_is_there_again_after_a_restart()
    {
        await _test.Database.Send(_ada, _thread, "héllo 你好 👋🏽 \u202E");
        await _test.Database.React(_bob, _thread, 1, "❤️");
        var before = (await Replica.Read(_test.Database, _bob)).ToString();
        var epoch = _test.Database.Epoch;
        await _test.Reopen();
        Assert.Equal(before, (await Replica.Read(_test.Database, _bob)).ToString());
        Assert.Equal(epoch, _test.Database.Epoch);
    }

    private async Task<(long ReadSeq, long Unread)> ReadMarks(long user)
    {
        var head = await _test.Database.ReadHead(user, _thread);
        return (head!.ReadSeq, head.Unread);
    }

    private static async Task AssertNotFound(Task act) =>
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<Refusal>(() => act)).Code);
}
