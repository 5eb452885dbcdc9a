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
    private readonly ConcurrentDictionary<long, long> _lastActive = new();
    private readonly LateTimes _unwritten = new("users", "user_id", "last_active_at");
    private readonly Database _database;
    private readonly IFanout _fanout;
    private readonly TimeProvider _clock;

    public PresenceStore(Database database, IFanout fanout, TimeProvider clock)
    {
        (_database, _fanout, _clock) = (database, fanout, clock);
        fanout.PresenceChanged += OnPresenceChanged;
        fanout.LastActive = userId => _unwritten.Find(userId) ?? 0;
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
                Math.Max(_unwritten.Find(row.UserId) ?? row.LastActiveAt, gone.LastActiveAt)))
            : new UserPresence(new Id(row.UserId), true, null))];
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var userId in _lastActive.Keys)
            OnPresenceChanged(userId, false);
        await _unwritten.Write(_database);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _unwritten.KeepWriting(_database, _clock, stoppingToken);

    private void OnPresenceChanged(long userId, bool isOnline)
    {
        if (isOnline)
            Touch(userId);
        else if (_lastActive.TryRemove(userId, out var lastActive))
            _unwritten.Set(userId, lastActive);
    }
}
