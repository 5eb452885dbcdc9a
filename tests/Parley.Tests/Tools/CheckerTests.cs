using Microsoft.Data.Sqlite;
using Parley.Client;
using Parley.Protocol;
using Parley.Torture;
using Xunit;

namespace Parley.Tests.Tools;

/// <summary>The checker of the fault harness finds what it is there to find: two people, one thread, three messages, and one thing wrong.</summary>
public sealed class CheckerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-checker-").FullName;
    private readonly World _world = new(
        new Uri("http://localhost"), 1, [new Person("A", new Id(11), ""), new Person("B", new Id(12), "")], [new Talk(new Id(7), 0, 1)]);
    private readonly List<string> _journal = [];
    private readonly List<Message> _stored = [];

    public CheckerTests()
    {
        Say(0, 1, seq: 1);
        Say(1, 1, seq: 2);
        Say(0, 2, seq: 3);
        foreach (var person in new[] { 0, 1 })
        {
            foreach (var message in _stored)
                _journal.Add(Applied(person, message));
            _journal.Add($"H {person} 0 3 {DeviceState.Describe(Head())}");
            _journal.Add($"V {person} epoch 3");
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_run_in_which_nothing_is_wrong_is_clean()
    {
        var verdict = Check();
        Assert.True(verdict.IsClean, string.Join('\n', verdict.Examples));
        Assert.Equal((3, 3, 2, 6), (verdict.Sent, verdict.Acknowledged, verdict.Devices, verdict.Applied));
    }

    [Fact]
    public void S12_An_acknowledged_message_that_is_not_there_is_lost()
    {
        _stored.RemoveAt(2);
        Assert.Equal(1, Check().Lost);
    }

    [Fact]
    public void S12_A_message_that_is_there_twice_is_a_duplicate()
    {
        _stored.Add(_stored[2] with { Seq = 4 });
        Assert.Equal(1, Check().Duplicated);
    }

    [Fact]
    public void S12_A_message_that_was_acknowledged_with_two_seqs_is_a_duplicate()
    {
        _journal.Insert(_journal.IndexOf("S 0 0 2") + 1, "A 0 0 2 9 100");
        Assert.Equal(1, Check().Duplicated);
    }

    [Fact]
    public void S3_A_hole_in_the_seqs_is_out_of_order()
    {
        _stored[2] = _stored[2] with { Seq = 4 };
        Assert.NotEqual(0, Check().Reordered);
    }

    [Fact]
    public void S3_A_sender_whose_messages_changed_places_is_out_of_order()
    {
        (_stored[0], _stored[2]) = (_stored[0] with { Cid = _stored[2].Cid, Text = _stored[2].Text }, _stored[2] with { Cid = _stored[0].Cid, Text = _stored[0].Text });
        Assert.NotEqual(0, Check().Reordered);
    }

    [Fact]
    public void A_message_that_nobody_sent_is_a_phantom()
    {
        _stored.Add(Stored(1, 9, seq: 4));
        Assert.Equal(1, Check().Phantom);
    }

    [Fact]
    public void A_text_that_nobody_wrote_is_a_phantom()
    {
        _stored[1] = _stored[1] with { Text = "something else" };
        Assert.Equal(1, Check().Phantom);
    }

    [Fact]
    public void A_message_that_says_an_older_edition_than_was_acknowledged_has_lost_it()
    {
        _journal.Add("E 0 0 1 1");
        _journal.Add("EA 0 0 1 1 500");
        Assert.Equal(1, Check().Lost);
    }

    [Fact]
    public void A_deletion_that_was_acknowledged_and_did_not_happen_is_lost()
    {
        _journal.Add("D 0 0 1");
        _journal.Add("DA 0 0 1 500");
        Assert.Equal(1, Check().Lost);
    }

    [Fact]
    public void S10_A_device_that_never_got_a_message_has_missed_it()
    {
        _journal.Remove(Applied(1, _stored[1]));
        var verdict = Check();
        Assert.Equal((1, 1), (verdict.Missed, verdict.Gaps));
    }

    [Fact]
    public void S10_A_device_with_an_older_state_of_a_message_is_unequal()
    {
        _stored[1] = _stored[1] with { Reactions = new() { ["👍"] = [new Id(11)] } };
        Assert.Equal(2, Check().Unequal);
    }

    [Fact]
    public void A_device_whose_head_is_not_the_server_s_is_unequal()
    {
        _journal.Insert(_journal.Count - 1, "H 1 0 3 3/1/3/3/0/0/0/9");
        Assert.Equal(1, Check().Unequal);
    }

    [Fact]
    public void What_a_device_did_not_finish_writing_before_it_was_killed_does_not_count()
    {
        _journal.Add("M 1 0 4 4 1-0-2 abcdefgh");
        _journal.Add("B");
        _journal.Add("V 1 epoch 3");
        Assert.True(Check().IsClean);
    }

    [Fact]
    public void What_came_after_a_backup_that_was_put_back_is_taken_back_and_not_lost()
    {
        var backup = Path.Combine(_folder, "backup.db");
        Store(backup, _stored[..2]);
        _stored.RemoveAt(2);
        _journal.RemoveAll(line => line.StartsWith('M') && line.Contains(" 0-0-2 ", StringComparison.Ordinal));
        var verdict = Check(new Restore(backup, At: 1_000));
        Assert.True(verdict.IsClean, string.Join('\n', verdict.Examples));
        Assert.Equal(1, verdict.TakenBack);
    }

    [Fact]
    public void What_a_backup_held_is_lost_if_it_is_gone_after_it_was_put_back()
    {
        var backup = Path.Combine(_folder, "backup.db");
        Store(backup, _stored);
        _stored.RemoveAt(2);
        Assert.Equal(1, Check(new Restore(backup, At: 1_000)).Lost);
    }

    private void Say(int person, int number, long seq)
    {
        _stored.Add(Stored(person, number, seq));
        _journal.Add($"S {person} 0 {number}");
        _journal.Add($"A {person} 0 {number} {seq} {seq * 100}");
    }

    private Message Stored(int person, int number, long seq)
    {
        var cid = Wording.Cid(person, 0, number);
        return new Message(seq, cid, _world.People[person].Id, Wording.Text(cid, 0), default, seq);
    }

    private static string Applied(int person, Message message) =>
        $"M {person} 0 {message.Seq} {message.Revision} {message.Cid} {Wording.Digest(message)}";

    private Verdict Check(params Restore[] restores)
    {
        var (database, journal) = (Path.Combine(_folder, "parley.db"), Path.Combine(_folder, "journal"));
        Store(database, _stored);
        File.WriteAllLines(journal, _journal);
        // One client program has both people.
        var checker = new Checker(_world, [journal], restores);
        using var connection = SqliteFile.Open(database);
        checker.Check(connection, [[Head()], [Head()]]);
        return checker.Verdict;
    }

    private static Head Head() => new(new Id(7), new User(new Id(12), "b", "B", null), 3, 3, 3, 3, 0, 0, 0, 0, 3, false, false, false);

    private static void Store(string path, IEnumerable<Message> messages)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        Execute("CREATE TABLE messages (thread_id, seq, cid, user_id, text, revision, edited_at, deleted)");
        Execute("CREATE TABLE reactions (thread_id, seq, user_id, emoji)");
        foreach (var message in messages)
        {
            Execute("INSERT INTO messages VALUES (7, $seq, $cid, $user, $text, $revision, NULL, $deleted)",
                ("$seq", message.Seq), ("$cid", message.Cid), ("$user", message.From.Value), ("$text", message.Text),
                ("$revision", message.Revision), ("$deleted", message.Deleted));
            foreach (var (emoji, users) in message.Reactions ?? [])
                Execute("INSERT INTO reactions VALUES (7, $seq, $user, $emoji)", ("$seq", message.Seq), ("$user", users[0].Value), ("$emoji", emoji));
        }

        void Execute(string sql, params (string Name, object Value)[] values)
        {
            using var command = new SqliteCommand(sql, connection);
            foreach (var (name, value) in values)
                command.Parameters.AddWithValue(name, value);
            command.ExecuteNonQuery();
        }
    }
}
