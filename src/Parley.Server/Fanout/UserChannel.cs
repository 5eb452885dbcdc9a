namespace Parley.Server.Fanout;

/// <summary>
/// A connected user: who listens, and the last changes. The changes are kept once for all their sockets, so a socket itself needs to
/// keep nothing but a number (S11).
/// </summary>
public sealed class UserChannel(long userId)
{
    private const int RecentMax = 64;
    private const int RecentBytesMax = 256 * 1024;
    private const int SubscribersMax = 32;

    private readonly Lock _lock = new();
    // Replaced, never changed: most have one, and whoever has read them can keep them.
    private ISubscriber[] _subscribers = [];
    // From the oldest to the newest.
    private List<Change>? _recent;
    private TaskCompletionSource? _reaching;
    private bool _isReached;
    private int _recentBytes;

    public long UserId { get; } = userId;

    /// <summary>The version of the newest change that came by, 0 before the first.</summary>
    public long Version { get; private set; }

    /// <summary>
    /// Completes when whoever commits a change of this user's, on whichever node, sends it here; or when it has taken too long to tell
    /// all of them, and what is missed is found by number (S10).
    /// </summary>
    public Task Reached
    {
        get
        {
            lock (_lock)
            {
                return _isReached
                    ? Task.CompletedTask
                    : (_reaching ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    /// <summary>Set when the user is off-line and the channel is thrown away.</summary>
    internal bool IsClosed { get; private set; }

    /// <summary>The change that begins at a version, if it is still in memory.</summary>
    public Change? FindFrom(long version)
    {
        lock (_lock)
            // The newest is what a socket that keeps up asks for.
            return _recent?.FindLast(change => change.From == version);
    }

    public IReadOnlyList<ISubscriber> Subscribers
    {
        get
        {
            lock (_lock)
                return _subscribers;
        }
    }

    internal void Reach()
    {
        lock (_lock)
        {
            _isReached = true;
            _reaching?.TrySetResult();
            _reaching = null;
        }
    }

    /// <summary>Moves on to a version without the changes up to it: the subscribers read them from the database.</summary>
    internal void Skip(long version)
    {
        lock (_lock)
            Version = Math.Max(Version, version);
        foreach (var subscriber in Subscribers)
            subscriber.OnChange();
    }

    /// <summary>Lets go of a change, if it is still held: it is the oldest then.</summary>
    internal void Forget(Change change)
    {
        lock (_lock)
        {
            if (_recent is { Count: > 0 } && ReferenceEquals(_recent[0], change))
                DropOldest(_recent);
        }
    }

    /// <summary>Remembers a change and wakes the subscribers.</summary>
    internal void Announce(Change change)
    {
        ISubscriber[] subscribers;
        lock (_lock)
        {
            // Announced late, an older change takes nothing back (S10).
            Version = Math.Max(Version, change.To);
            (_recent ??= []).Add(change);
            _recentBytes += change.Frame!.Length;
            while (_recent.Count > RecentMax || (_recentBytes > RecentBytesMax && _recent.Count > 1))
                DropOldest(_recent);
            subscribers = _subscribers;
        }
        foreach (var subscriber in subscribers)
            subscriber.OnChange();
    }

    /// <summary>False when the channel has been thrown away meanwhile. <paramref name="replaced"/>: the oldest, if there are too many now.</summary>
    internal bool TryAdd(ISubscriber subscriber, out ISubscriber? replaced)
    {
        replaced = null;
        lock (_lock)
        {
            if (IsClosed)
                return false;
            if (_subscribers.Length == SubscribersMax)
            {
                replaced = _subscribers[0];
                _subscribers = _subscribers[1..];
            }
            _subscribers = [.. _subscribers, subscriber];
            return true;
        }
    }

    /// <summary>True when nobody listens any more.</summary>
    internal bool Remove(ISubscriber subscriber)
    {
        lock (_lock)
        {
            _subscribers = Array.FindAll(_subscribers, other => !ReferenceEquals(other, subscriber));
            return _subscribers.Length == 0;
        }
    }

    internal bool TryClose()
    {
        lock (_lock)
            return IsClosed = _subscribers.Length == 0;
    }

    private void DropOldest(List<Change> recent)
    {
        _recentBytes -= recent[0].Frame!.Length;
        recent.RemoveAt(0);
    }
}
