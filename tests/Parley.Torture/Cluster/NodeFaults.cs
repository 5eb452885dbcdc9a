namespace Parley.Torture.Cluster;

/// <summary>What is done to nodes, PostgreSQL and the network between them while people talk, and when each was healed.</summary>
internal sealed class NodeFaults
{
    /// <summary>Names of the kinds, as the table of recovery times has them.</summary>
    public const string Killed = "node killed", Frozen = "node frozen", Rolling = "rolling restart of all nodes", AllKilled = "all nodes killed",
        CutFromDatabase = "node cut off from PostgreSQL", CutFromPeers = "node cut off from its peers",
        DatabaseKilled = "PostgreSQL killed", DatabaseFrozen = "PostgreSQL frozen", DatabaseRestarted = "PostgreSQL restarted";

    private readonly Nodes _nodes;
    private readonly Network _network;
    private readonly Presence _presence;
    private readonly Promises _promises;
    private readonly Senders _senders;
    private readonly bool _isShort;

    public NodeFaults(
        Options options, Nodes nodes, Postgres postgres, Network network, Presence presence, Promises promises, Senders senders,
        ClientPrograms clients, FaultProxy proxy)
    {
        (_nodes, _network, _presence, _promises, _senders, _isShort) = (nodes, network, presence, promises, senders, options.IsShort);
        Schedule = new FaultSchedule(options.Seed);
        Schedule.Offer(Killed, 6, KillNode);
        Schedule.Offer(Frozen, 2, FreezeNode);
        Schedule.Offer(Rolling, 3, RestartAll);
        Schedule.Offer(AllKilled, 2, KillAll);
        Schedule.Offer(CutFromDatabase, 2, () => Cut(CutFromDatabase, Cable.Database), network.WhyNot);
        Schedule.Offer(CutFromPeers, 2, () => Cut(CutFromPeers, Cable.Peers), network.WhyNot);
        Schedule.Offer(DatabaseKilled, 2, () => Break(DatabaseKilled, postgres.Kill, postgres.Start, Schedule.Seconds(1, 6)));
        Schedule.Offer(DatabaseFrozen, 1, () => Break(DatabaseFrozen, postgres.Freeze, postgres.Thaw, TimeSpan.FromSeconds(_isShort ? 5 : 30)));
        Schedule.Offer(DatabaseRestarted, 2, () => Break(DatabaseRestarted, postgres.Stop, postgres.Start, TimeSpan.Zero));
        Schedule.Offer("one cid sent 50 times at once", 2, promises.SendOnceFiftyTimes);
        Schedule.Offer("session ended through another node", 3, EndSession);
        Schedule.OfferClientFaults(clients, proxy);
    }

    /// <summary>Which comes when.</summary>
    public FaultSchedule Schedule { get; }

    /// <summary>What was done to nodes and PostgreSQL.</summary>
    public List<Happened> Happened { get; } = [];

    /// <summary>What did not come right again, in words.</summary>
    public List<string> Wrong { get; } = [];

    private int AnyNode() => Schedule.Chance.Next(_nodes.Count);

    private async Task KillNode()
    {
        var node = AnyNode();
        await LetGuestCome(node);
        var at = Environment.TickCount64;
        _nodes[node].Kill();
        _presence.Go();
        var others = await _presence.WaitUntilRight(at, Others(node));
        await Settle(Killed, at, at, others);
    }

    private async Task FreezeNode()
    {
        var node = AnyNode();
        await LetGuestCome(node);
        var at = Environment.TickCount64;
        _nodes[node].Freeze();
        _presence.Go();
        var others = _presence.WaitUntilRight(at, Others(node));
        await Task.Delay(Schedule.Seconds(1, _isShort ? 6 : 20));
        _nodes[node].Thaw();
        await Settle(Frozen, at, Environment.TickCount64, await others);
    }

    private async Task RestartAll()
    {
        var at = Environment.TickCount64;
        for (var node = 0; node < _nodes.Count; node++)
        {
            var ending = _nodes[node].WaitForEnd();
            _nodes[node].Tell();
            await ending;
            await _nodes.WaitUntilReady();
        }
        await Settle(Rolling, at, Environment.TickCount64);
    }

    private async Task KillAll()
    {
        var at = Environment.TickCount64;
        for (var node = 0; node < _nodes.Count; node++)
            _nodes[node].Kill();
        await Settle(AllKilled, at, at);
    }

    private async Task Cut(string kind, Cable cable)
    {
        var node = AnyNode();
        var at = Environment.TickCount64;
        await _network.Pull(node, cable);
        await Task.Delay(Schedule.Seconds(5, _isShort ? 8 : 30));
        await _network.Plug(node, cable);
        await Settle(kind, at, Environment.TickCount64);
    }

    private async Task Break(string kind, Func<Task> begin, Func<Task> end, TimeSpan after)
    {
        var at = Environment.TickCount64;
        await begin();
        await Task.Delay(after);
        await end();
        await Settle(kind, at, Environment.TickCount64);
    }

    private async Task EndSession()
    {
        var node = AnyNode();
        await _promises.EndSession(node, (node + 1 + Schedule.Chance.Next(_nodes.Count - 1)) % _nodes.Count);
    }

    private int[] Others(int node) => [.. Enumerable.Range(0, _nodes.Count).Where(other => other != node)];

    private async Task LetGuestCome(int node)
    {
        _presence.Come(node);
        if (await _presence.WaitUntilRight(Environment.TickCount64, Enumerable.Range(0, _nodes.Count)) is null)
            Wrong.Add($"one who came to node {node} was not seen: {Describe()}");
    }

    /// <summary>
    /// Waits until every node is ready, what every watcher sees is right and what was sent before is acknowledged, and notes how long the
    /// first two took.
    /// </summary>
    private async Task Settle(string kind, long at, long backAt, long? others = null)
    {
        var readyAt = await _nodes.WaitUntilReady();
        var right = await _presence.WaitUntilRight(readyAt, Enumerable.Range(0, _nodes.Count));
        if (right is null)
            Wrong.Add($"after \"{kind}\" presence did not come right: {Describe()}");
        await _senders.WaitUntilHeard(readyAt);
        Happened.Add(new Happened(kind, at, backAt, readyAt, right, others));
    }

    private string Describe() => string.Join("; ", Enumerable.Range(0, _nodes.Count).Select(node => $"node {node}: {_presence.Describe(node)}"));
}

/// <summary>A fault, and what became of it; times are in milliseconds of the machine's steady clock.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="At">When it began.</param>
/// <param name="BackAt">When its cause was gone.</param>
/// <param name="ReadyAt">When every node was ready again.</param>
/// <param name="PresenceAfter">How long after that what was seen of people was right on every node; null if it never was.</param>
/// <param name="PresenceOnOthers">How long after the beginning it was right on the nodes that nothing was done to; null if that was not looked at.</param>
internal sealed record Happened(string Kind, long At, long BackAt, long ReadyAt, long? PresenceAfter, long? PresenceOnOthers);
