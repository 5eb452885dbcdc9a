using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Storage;

namespace Parley.Server.Sync;

/// <summary>
/// Turns "this device has stored version V" into delivered marks: at most one write a second for each thread and user.
/// </summary>
internal sealed class DeliveryMarks : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>What has arrived for a user and is not marked as delivered. It is also unread, which spares most of a long list.</summary>
    public static readonly KeyQuery<long, (long Thread, long Activity, long Seq)> Undelivered = new(
        "m.user_id", "m.thread_id, m.activity, t.last_seq",
        "thread_users m JOIN threads t ON t.thread_id = m.thread_id", columns => (columns.Long(), columns.Long(), columns.Long()),
        "m.unread > 0 AND NOT m.gone AND m.delivered_seq < t.last_seq") { Pause = ChangesReader.PingPause };

    // Of a user whose devices never say what they have. What is beyond it is looked up at their next connection.
    private const int ExpectedMax = 1_000;

    private readonly ConcurrentDictionary<long, Dictionary<long, (long Activity, long Seq)>> _expected = new();
    private readonly ConcurrentDictionary<(long User, long Thread), long> _due = new();
    private readonly Dictionary<(long User, long Thread), long> _written = [];
    private readonly Database _database;
    private readonly TimeProvider _clock;

    public DeliveryMarks(Database database, IFanout fanout, TimeProvider clock)
    {
        _database = database;
        _clock = clock;
        fanout.PresenceChanged += (userId, isOnline) =>
        {
            if (!isOnline)
                _expected.TryRemove(userId, out _);
        };
        fanout.Arrived += (userId, change) => Expect(userId, change.Undelivered);
    }

    /// <summary>Remembers what a device of the user will have once it reports a version.</summary>
    private void Expect(long userId, IReadOnlyList<(long Thread, long Activity, long Seq)> undelivered)
    {
        foreach (var (thread, activity, seq) in undelivered)
        {
            var threads = _expected.GetOrAdd(userId, _ => []);
            lock (threads)
            {
                if (threads.Count < ExpectedMax || threads.ContainsKey(thread))
                    threads[thread] = (activity, seq);
            }
        }
    }

    /// <summary>A device of the user has stored everything up to a version.</summary>
    public void Reach(long userId, long version)
    {
        if (!_expected.TryGetValue(userId, out var threads))
            return;
        lock (threads)
        {
            foreach (var (thread, expected) in threads)
            {
                if (expected.Activity <= version && threads.Remove(thread))
                    MarkDue(userId, thread, expected.Seq);
            }
        }
    }

    /// <summary>The same for a device that has just connected: with what arrived while nobody listened.</summary>
    public void Reach(long userId, long version, IReadOnlyList<(long Thread, long Activity, long Seq)> undelivered)
    {
        Reach(userId, version);
        foreach (var (thread, _, seq) in undelivered.Where(arrived => arrived.Activity <= version))
            MarkDue(userId, thread, seq);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, _clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var key in _written.Where(written => IsOver(written.Value)).Select(written => written.Key).ToList())
                _written.Remove(key);
            foreach (var key in _due.Keys)
            {
                if (!_written.ContainsKey(key) && _due.TryRemove(key, out var seq))
                {
                    _written[key] = _clock.GetTimestamp();
                    _ = Write(key.User, key.Thread, seq);
                }
            }
        }
    }

    private bool IsOver(long timestamp) => _clock.GetElapsedTime(timestamp) >= Pause;

    private void MarkDue(long userId, long threadId, long seq) =>
        _due.AddOrUpdate((userId, threadId), seq, (_, before) => Math.Max(before, seq));

    private async Task Write(long userId, long threadId, long seq)
    {
        try
        {
            await _database.Execute(new MarkDelivered(userId, threadId, seq));
        }
        catch (Refusal refusal) when (refusal.Code == ErrorCode.Unavailable)
        {
            // The database cannot write now, or has too much to write: the next round tries again.
            MarkDue(userId, threadId, seq);
        }
        catch (Refusal)
        {
            // The thread is theirs no more.
        }
    }
}
