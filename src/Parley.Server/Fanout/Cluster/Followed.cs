namespace Parley.Server.Fanout.Cluster;

/// <summary>A user whose whereabouts this node has asked for.</summary>
internal sealed class Followed(long userId)
{
    /// <summary>What may wait for the first answer. What is beyond it is found by number (S10).</summary>
    private const int WaitingMax = 64;

    private readonly Lock _lock = new();
    private readonly Queue<Action<Route>> _waiting = new();
    private readonly TaskCompletionSource _found = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Route? _route;
    private long _usedAt;

    public long UserId => userId;

    /// <summary>Where the user is, null before the first answer.</summary>
    public Route? Route => Volatile.Read(ref _route);

    /// <summary>Completes with the first answer.</summary>
    public Task Found => _found.Task;

    /// <summary>Whether their grain counts this node among those where they are connected.</summary>
    public bool IsAttached { get; set; }

    /// <summary>What those who watch them were told last; null before anyone was.</summary>
    public bool? IsShownOnline { get; set; }

    /// <summary>What asks their grain at the moment, and whether it must ask once more.</summary>
    public (Task? Task, bool Again) Asking { get; set; }

    /// <summary>Guards <see cref="Asking"/> and <see cref="IsShownOnline"/>.</summary>
    public Lock Gate => _lock;

    /// <summary>Does something with the route, at once or as soon as it is known, in the order of the calls.</summary>
    public void Then(long now, Action<Route> act)
    {
        lock (_lock)
        {
            _usedAt = now;
            if (_route is null)
            {
                _waiting.Enqueue(act);
                if (_waiting.Count > WaitingMax)
                    _waiting.Dequeue();
            }
            else
            {
                act(_route);
            }
        }
    }

    /// <summary>Whether something was done with the route since then.</summary>
    public bool WasUsedSince(long then)
    {
        lock (_lock)
            return _usedAt >= then;
    }

    /// <summary>The grain's answer to this node.</summary>
    public void Set(Route route)
    {
        lock (_lock)
        {
            if (_route is { } known && known.Grain == route.Grain && known.Number > route.Number)
                return;
            Volatile.Write(ref _route, route);
            while (_waiting.TryDequeue(out var act))
                act(route);
        }
        _found.TrySetResult();
    }

    /// <summary>What the grain told by itself; false where another grain speaks than the one that answered last.</summary>
    public bool TryUpdate(Route route)
    {
        lock (_lock)
        {
            if (_route?.Grain != route.Grain)
                return false;
        }
        Set(route);
        return true;
    }
}
