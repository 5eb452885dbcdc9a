using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Tests.Support;

/// <summary>What a correct client holds: the heads and the message windows of one user, brought up to date by frames alone.</summary>
internal sealed class Replica(long user)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly SortedDictionary<Id, Head> _heads = [];
    private readonly SortedDictionary<Id, (long Revision, SortedDictionary<long, Message> Messages)> _windows = [];
    private Me? _me;

    public long Version { get; private set; }

    public Dictionary<Id, long> Hot => _windows.ToDictionary(window => window.Key, window => window.Value.Revision);

    /// <summary>Everything as the database has it now, in one snapshot.</summary>
    public static Task<Replica> Read(Database database, long user) => database.Read(async connection =>
    {
        var replica = new Replica(user) { Version = await ChangesReader.ReadVersion(connection, user), _me = await MeReader.Read(connection, user) };
        foreach (var head in await HeadReader.ReadPage(connection, user, (long.MaxValue, long.MaxValue), 10_000))
        {
            replica._heads[head.Id] = head;
            var messages = await MessageReader.ReadFrom(connection, head.Id.Value, head.ClearedSeq + 1, 10_000);
            replica._windows[head.Id] = (head.Revision, new(messages.ToDictionary(message => message.Seq)));
        }
        return replica;
    });

    /// <summary>Applies a frame as the client rules say (C1, C2).</summary>
    public void Apply(ChangesFrame frame)
    {
        CheckWholeness(frame);
        if (frame.To <= Version)
            return;
        if (frame.From > Version)
            throw new InvalidOperationException($"A gap: the frame begins at {frame.From}, the replica is at {Version}.");
        foreach (var head in frame.Threads)
            ApplyHead(head);
        foreach (var gone in frame.Gone)
        {
            _heads.Remove(gone.Id);
            _windows.Remove(gone.Id);
        }
        foreach (var changes in frame.Messages)
            ApplyMessages(changes);
        _me = frame.Me ?? _me;
        Version = frame.To;
    }

    /// <summary>Applies the differences up to now, page by page.</summary>
    public async Task CatchUp(Database database, int headsPerFrame = 100, int messagesPerThread = 100)
    {
        while (true)
        {
            if (await ChangesReader.Read(database, user, database.Epoch, Version, Hot, headsPerFrame, messagesPerThread) is not ChangesFrame frame)
                throw new InvalidOperationException("A reset where the difference was expected.");
            Apply(frame);
            if (!frame.More)
                break;
        }
        await FetchBehind(database);
    }

    /// <summary>Fetches the messages of threads whose changes were not in the frames, as S6 and C2 allow.</summary>
    public async Task FetchBehind(Database database)
    {
        foreach (var (thread, window) in _windows.ToList())
        {
            var head = _heads[thread];
            if (window.Revision == head.Revision)
                continue;
            var messages = await database.Read(connection => MessageReader.ReadChanged(
                connection, thread.Value, head.ClearedSeq, window.Revision, 10_000));
            ApplyMessages(new MessageChanges(thread, window.Revision, head.Revision, messages));
        }
    }

    public override string ToString() => JsonSerializer.Serialize(
        new { _me, Heads = _heads.Values, Windows = _windows.Values.Select(window => new { window.Revision, Messages = window.Messages.Values }) },
        Indented);

    /// <summary>What a frame says comes from one moment: nothing in it is newer than its end, or older than its beginning (S6, S8).</summary>
    private static void CheckWholeness(ChangesFrame frame)
    {
        var stamps = frame.Threads.Select(head => head.Version).Concat(frame.Gone.Select(gone => gone.Version)).ToList();
        var revisions = frame.Threads.ToDictionary(head => head.Id, head => head.Revision);
        var isWhole = stamps.TrueForAll(version => version > frame.From && version <= frame.To)
            && stamps.Distinct().Count() == stamps.Count
            && (!frame.More || stamps.Max() == frame.To)
            && frame.Threads.All(head => head.Last is null || (head.Last.Seq == head.LastSeq && head.Last.Revision <= head.Revision))
            && frame.Messages.All(part => part.Revision == revisions[part.Thread]
                && part.Items.All(item => item.Revision > part.From && item.Revision <= part.Revision));
        if (!isWhole)
            throw new InvalidOperationException($"A frame that is not of one moment: {JsonSerializer.Serialize(frame)}");
    }

    private void ApplyHead(Head head)
    {
        if (_heads.TryGetValue(head.Id, out var before) && before.Version >= head.Version)
            return;
        _heads[head.Id] = head;
        if (!_windows.TryGetValue(head.Id, out var window))
            _windows[head.Id] = (0, []);
        else
            foreach (var seq in window.Messages.Keys.Where(seq => seq <= head.ClearedSeq).ToList())
                window.Messages.Remove(seq);
    }

    private void ApplyMessages(MessageChanges changes)
    {
        if (!_windows.TryGetValue(changes.Thread, out var window) || changes.From > window.Revision || changes.Revision <= window.Revision)
            return;
        foreach (var message in changes.Items)
            window.Messages[message.Seq] = message;
        _windows[changes.Thread] = (changes.Revision, window.Messages);
    }
}
