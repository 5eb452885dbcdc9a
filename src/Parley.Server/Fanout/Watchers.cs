namespace Parley.Server.Fanout;

/// <summary>Who watches whose presence.</summary>
internal sealed class Watchers
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, HashSet<ISubscriber>> _byUser = [];
    private readonly Dictionary<ISubscriber, IReadOnlyCollection<long>> _bySubscriber = [];

    public void Set(ISubscriber subscriber, IReadOnlyCollection<long> userIds)
    {
        lock (_lock)
        {
            if (_bySubscriber.Remove(subscriber, out var before))
            {
                foreach (var userId in before)
                {
                    if (_byUser.TryGetValue(userId, out var watchers) && watchers.Remove(subscriber) && watchers.Count == 0)
                        _byUser.Remove(userId);
                }
            }
            if (userIds.Count == 0)
                return;
            _bySubscriber[subscriber] = userIds;
            foreach (var userId in userIds)
            {
                if (!_byUser.TryGetValue(userId, out var watchers))
                    _byUser[userId] = watchers = [];
                watchers.Add(subscriber);
            }
        }
    }

    public ISubscriber[] Of(long userId)
    {
        lock (_lock)
            return _byUser.TryGetValue(userId, out var watchers) ? [.. watchers] : [];
    }
}
