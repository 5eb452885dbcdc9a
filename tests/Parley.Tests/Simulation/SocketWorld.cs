using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Sync;
using Parley.Tests.Support;

namespace Parley.Tests.Simulation;

/// <summary>
/// The real database, fan-out and sockets. Only the way from a commit to the fan-out is the test's: there it loses, doubles and
/// reorders announcements, as chance has it.
/// </summary>
internal sealed class SocketWorld : IAsyncDisposable
{
    private readonly LocalFanout _fanout = new(TimeProvider.System);
    private readonly List<(long User, Change Change)> _delayed = [];
    private readonly Random _chance;
    private readonly SyncServices _services;

    public SocketWorld(int seed)
    {
        _chance = new Random(seed);
        _services = new SyncServices(
            Database, _fanout, new DeliveryMarks(Database, _fanout, TimeProvider.System), new Nobody(), TimeProvider.System, [],
            new Parley.Server.Hosting.ServerOptions { HasLimits = false }, NullLogger<Socket>.Instance);
        foreach (var node in Test.Nodes)
            node.Committed = Announce;
    }

    public TestDatabase Test { get; } = new(nodes: 2);

    public Database Database => Test.Database;

    /// <summary>Whether announcements go astray.</summary>
    public bool IsUnreliable { get; set; }

    /// <summary>Whether announcements are lost, all of them.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>The newest change, whether it was announced or not.</summary>
    public (long User, Change Change) Last { get; private set; }

    /// <summary>Whether the next of something happens, as often as this out of a hundred.</summary>
    public bool Happens(int percent)
    {
        lock (_chance)
            return _chance.Next(100) < percent;
    }

    /// <summary>A device of a user, signed in; it has not said hello.</summary>
    public async Task<Device> Connect(long user, Replica? replica = null)
    {
        var session = NewId.At(DateTimeOffset.UtcNow);
        await Database.Write(connection => connection.ExecuteAsync("""
            INSERT INTO sessions (session_id, user_id, token_hash, device, created_at, last_seen_at)
            VALUES (@session, @user, @hash, '', 0, 0)
            """, new { session = session.Value, user, hash = Guid.NewGuid().ToByteArray() }));
        return new Device(Database, _services, new Caller(new Id(user), session), replica);
    }

    /// <summary>Announces a change again.</summary>
    public void Announce((long User, Change Change) late) => _fanout.Announce(late.User, late.Change);

    public ValueTask DisposeAsync() => Test.DisposeAsync();

    private void Announce(WorkingSet set)
    {
        var rows = set.AllMembers.Where(member => member.IsStamped).ToLookup(member => member.UserId);
        lock (_delayed)
            Announce(set, rows);
    }

    private void Announce(WorkingSet set, ILookup<long, MemberRow> rows)
    {
        foreach (var user in set.Users.Where(user => user.Version > user.LoadedVersion))
        {
            var change = ChangesWriter.Write(set, Database.Epoch, user, rows[user.UserId]);
            Last = (user.UserId, change);
            if (IsDeaf)
                continue;
            if (!IsUnreliable || Happens(40))
                _fanout.Announce(user.UserId, change);
            else if (Happens(40))
                _delayed.Add((user.UserId, change));
            // Else it is lost.
            if (IsUnreliable && Happens(20))
                _fanout.Announce(user.UserId, change);
        }
        if (_delayed.Count > 0 && Happens(30))
        {
            foreach (var (user, change) in Enumerable.Reverse(_delayed))
                _fanout.Announce(user, change);
            _delayed.Clear();
        }
    }

    private sealed class Nobody : IPresenceReader
    {
        public Task<IReadOnlyList<UserPresence>> Read(IReadOnlyCollection<long> userIds) =>
            Task.FromResult<IReadOnlyList<UserPresence>>([]);
    }
}
