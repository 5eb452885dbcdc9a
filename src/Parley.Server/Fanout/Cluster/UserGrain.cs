using Orleans;
using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Runtime;

namespace Parley.Server.Fanout.Cluster;

/// <summary>
/// Where one user is connected, and which nodes want to know. Soft state: when the grain is lost, the nodes tell it anew
/// (<see cref="ClusterFanout"/>).
/// </summary>
[Alias("user")]
internal interface IUserGrain : IGrainWithIntegerKey
{
    /// <summary>The user is connected to this node, which follows them from now on. All who follow them know it when this completes.</summary>
    Task<Route> Attach(SiloAddress node);

    /// <summary>The user is connected to this node no more.</summary>
    Task<Route> Detach(SiloAddress node, long lastActiveAt);

    /// <summary>The node wants to know where the user is, now and whenever it changes.</summary>
    Task<Route> Follow(SiloAddress node);

    /// <summary>It does not any more.</summary>
    Task Unfollow(SiloAddress node);

    /// <summary>Forgets nodes that are gone.</summary>
    Task Tidy();
}

/// <inheritdoc cref="IUserGrain"/>
[KeepAlive, PreferLocalPlacement, Reentrant]
internal sealed class UserGrain(Nodes nodes, UserGrains grains) : Grain, IUserGrain
{
    private readonly Guid _grain = Guid.NewGuid();
    private readonly HashSet<SiloAddress> _homes = [], _followers = [];
    private long _number, _lastActiveAt;

    private long UserId => this.GetPrimaryKeyLong();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        grains.Add(UserId);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        grains.Remove(UserId);
        // Whoever still counts on it asks again, and so makes the next one.
        foreach (var node in _followers)
            nodes.Forget(node, UserId);
        return Task.CompletedTask;
    }

    public async Task<Route> Attach(SiloAddress node)
    {
        _followers.Add(node);
        if (_homes.Add(node))
            await Tell(node);
        return Read();
    }

    public async Task<Route> Detach(SiloAddress node, long lastActiveAt)
    {
        _lastActiveAt = Math.Max(_lastActiveAt, lastActiveAt);
        if (_homes.Remove(node))
            await Tell(node);
        return Read();
    }

    public Task<Route> Follow(SiloAddress node)
    {
        _followers.Add(node);
        return Task.FromResult(Read());
    }

    public Task Unfollow(SiloAddress node)
    {
        if (!_homes.Contains(node))
            _followers.Remove(node);
        return Tidy();
    }

    public Task Tidy()
    {
        _followers.RemoveWhere(node => !nodes.IsAlive(node));
        var count = _homes.Count;
        _homes.RemoveWhere(node => !nodes.IsAlive(node));
        // The others saw it go too: nobody needs to be told, but a route that is asked for later must be a new one.
        if (_homes.Count != count)
            _number++;
        if (_followers.Count == 0)
            DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private Route Read() => new(UserId, [.. _homes.Where(nodes.IsAlive)], _lastActiveAt, _grain, ++_number, nodes.Self);

    private Task Tell(SiloAddress except)
    {
        var route = Read();
        return Task.WhenAll(_followers.Where(node => node != except).Select(node => nodes.Tell(node, route)));
    }
}
