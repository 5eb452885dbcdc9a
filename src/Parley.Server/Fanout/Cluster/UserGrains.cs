using System.Collections.Concurrent;

namespace Parley.Server.Fanout.Cluster;

/// <summary>The users whose grains live on this node.</summary>
internal sealed class UserGrains
{
    private readonly ConcurrentDictionary<long, bool> _users = new();

    public IEnumerable<long> Users => _users.Keys;

    public void Add(long userId) => _users[userId] = true;

    public void Remove(long userId) => _users.TryRemove(userId, out _);
}
