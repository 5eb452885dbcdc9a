using System.Collections.Concurrent;
using Dapper;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Server.Presence;

/// <summary>
/// Who is online is what the fan-out knows; when someone was last active is kept here and written to the database in batches,
/// when they have gone.
/// </summary>
internal sealed class PresenceStore : BackgroundService, IPresenceReader
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<long, long> _lastActive = new();
    private readonly ConcurrentDictionary<long, long> _unwritten = new();
    private readonly Database _database;
    private readonly IFanout _fanout;
    private readonly TimeProvider _clock;

    public PresenceStore(Database database, IFanout fanout, TimeProvider clock)
    {
        (_database, _fanout, _clock) = (database, fanout, clock);
        fanout.PresenceChanged += OnPresenceChanged;
        fanout.LastActive = userId => _unwritten.GetValueOrDefault(userId);
    }

    /// <summary>A person did something, or looks at the screen.</summary>
    public void Touch(long userId) => _lastActive[userId] = _clock.GetUtcNow().ToUnixTimeMilliseconds();

    public async Task<IReadOnlyList<UserPresence>> Read(IReadOnlyCollection<long> userIds)
    {
        if (userIds.Count == 0)
            return [];
        // Written out, since the engines take a list of parameters in different ways.
        var sql = $"SELECT user_id, last_active_at FROM users WHERE user_id IN ({string.Join(',', userIds)})";
        var stored = await _database.ReadAtOnce(connection => connection.QueryAsync<(long UserId, long LastActiveAt)>(
            new CommandDefinition(sql, flags: CommandFlags.Buffered | CommandFlags.NoCache)));
        var whereabouts = await _fanout.Locate(userIds);
        return [.. stored.Select(row => whereabouts[row.UserId] is { IsOnline: false } gone
            ? new UserPresence(new Id(row.UserId), false, new Timestamp(
                Math.Max(_unwritten.GetValueOrDefault(row.UserId, row.LastActiveAt), gone.LastActiveAt)))
            : new UserPresence(new Id(row.UserId), true, null))];
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var userId in _lastActive.Keys)
            OnPresenceChanged(userId, false);
        await Write();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Round, _clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await Write();
    }

    private void OnPresenceChanged(long userId, bool isOnline)
    {
        if (isOnline)
            Touch(userId);
        else if (_lastActive.TryRemove(userId, out var lastActive))
            _unwritten[userId] = lastActive;
    }

    private async Task Write()
    {
        // In the order of their ids: two nodes that write the same users in different orders would wait for each other. Copied by the dictionary's own
        // ToArray first: LINQ asks for the number and then for the entries, and throws where someone has gone in between.
        var batch = _unwritten.ToArray().OrderBy(entry => entry.Key).ToArray();
        if (batch.Length == 0)
            return;
        try
        {
            await _database.Write(connection => connection.ExecuteAsync(
                "UPDATE users SET last_active_at = @Value WHERE user_id = @Key", batch));
            foreach (var entry in batch)
                _unwritten.TryRemove(entry);
        }
        catch (Refusal)
        {
            // The database cannot write now; the next round tries again.
        }
    }
}
