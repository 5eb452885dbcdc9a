using System.Globalization;

namespace Parley.Torture.Cluster;

/// <summary>What a run on a cluster says at its end.</summary>
internal sealed class ClusterReport(
    Options options, NodeFaults faults, FaultProxy proxy, Nodes nodes, Network network, Senders senders, Readiness readiness, Promises promises, Progress progress)
{
    // What a fault has held up may come so much later.
    private const long Aftermath = 5_000;

    // The promises of docs/faults.md.
    private const long KilledGapMax = 3_000, RollingGapMax = 2_000, RedMax = 2_000, PresenceMax = 5_000;

    // Each send counts for the last fault that it met: the one before was over when that began.
    private readonly ILookup<Happened?, Sent> _sent = senders.Sent.ToLookup(sent => faults.Happened.FindLast(fault => IsWithin(sent, fault)));

    /// <summary>Prints all; true when nothing was found.</summary>
    public bool Print(Verdict verdict)
    {
        Say("");
        Say($"faults: {faults.Schedule}");
        Say($"connections: {proxy}");
        Say($"a node's memory at most: {progress.MemoryMax / 1_000_000} MB; nodes that ended by themselves: {nodes.EndedByThemselves}");
        Say($"a send through the balancer while nothing fails, ms: {Spread(_sent[null].Select(sent => sent.Ended - sent.Began))}");
        foreach (var kind in faults.Happened.GroupBy(fault => fault.Kind))
        {
            Say($"{kind.Key}, ms:");
            Say($"  gap seen by a sender           {Spread(Gaps(kind))}");
            Say($"  of it by those on HTTP         {Spread(Gaps(kind, sent => Senders.IsByHttp(sent.Person)))}");
            Say($"  sends that failed visibly      {Failed(kind)} of {kind.Sum(fault => _sent[fault].Count()):N0}");
            Say($"  first send after its cause     {Spread(FirstAfter(kind))}");
            if (kind.Key is NodeFaults.DatabaseKilled or NodeFaults.DatabaseFrozen or NodeFaults.DatabaseRestarted)
            {
                Say($"  until all nodes are red        {Spread(Turned(kind, false))}");
                Say($"  until all nodes are green      {Spread(Turned(kind, true))}");
            }
            else
            {
                Say($"  until all nodes are ready      {Spread(kind.Select(fault => fault.ReadyAt - fault.BackAt))}");
            }
            if (kind.Any(fault => fault.PresenceOnOthers is not null))
                Say($"  presence right on the others   {Spread(kind.Select(fault => fault.PresenceOnOthers))}");
            Say($"  presence right on all          {Spread(kind.Select(fault => fault.PresenceAfter))}");
        }
        Say($"session ended, ms: last frame {Spread(promises.LastFrames)}; closed {Spread(promises.Closings)}");
        foreach (var example in verdict.Examples.Concat(faults.Wrong).Concat(promises.Broken).Take(30))
            Say($"found: {example}");
        Say(verdict.ToString());
        var results = Judge(verdict);
        results.Print(options.Report);
        return results.IsClean;
    }

    private Results Judge(Verdict verdict)
    {
        var results = new Results();
        verdict.AddTo(results);
        results.Add("[S12] one cid sent 50 times over all nodes is one message, and a session ended through one node is over on another", promises.Broken.Count == 0);
        results.Add("rolling restart: no send fails", Failed(Of(NodeFaults.Rolling)) == 0 && faults.Happened.Exists(fault => fault.Kind == NodeFaults.Rolling));
        results.Add("presence is right after each fault", faults.Wrong.Count == 0 && faults.Happened.TrueForAll(fault => fault.PresenceAfter is not null));
        // A minute of bin/test shares the machine with whatever else runs, and has one fault of a kind to go by: its times are for the reader.
        if (!options.IsShort)
            JudgeTimes(results);
        foreach (var kind in new[] { NodeFaults.CutFromDatabase, NodeFaults.CutFromPeers }.Where(_ => network.WhyNot is not null))
            results.Skip(kind, network.WhyNot!);
        return results;
    }

    private void JudgeTimes(Results results)
    {
        results.Add($"node killed: 99 of 100 senders wait at most {KilledGapMax} ms", IsAtMost(Gaps(Of(NodeFaults.Killed)), KilledGapMax));
        results.Add($"rolling restart: 99 of 100 senders wait at most {RollingGapMax} ms", IsAtMost(Gaps(Of(NodeFaults.Rolling)), RollingGapMax));
        results.Add($"every node is red within {RedMax} ms of a dead or frozen PostgreSQL", faults.Happened
            .Where(fault => fault.Kind is NodeFaults.DatabaseKilled or NodeFaults.DatabaseFrozen)
            .All(fault => readiness.Turned(false, fault.At, fault.BackAt) is { } red ? red <= RedMax : fault.BackAt - fault.At < RedMax));
        // A node that is frozen may go on; the others give it up later than one that is gone.
        results.Add($"presence is right within {PresenceMax} ms after each fault, and on the other nodes after a node is killed",
            faults.Happened.TrueForAll(fault => fault.PresenceAfter <= PresenceMax) && Of(NodeFaults.Killed).All(fault => fault.PresenceOnOthers <= PresenceMax));
    }

    private static bool IsWithin(Sent sent, Happened fault) => sent.Ended >= fault.At && sent.Began <= Math.Max(fault.BackAt, fault.ReadyAt) + Aftermath;

    private IEnumerable<Happened> Of(string kind) => faults.Happened.Where(fault => fault.Kind == kind);

    /// <summary>For each fault and each sender the longest that one of their messages took.</summary>
    private List<long> Gaps(IEnumerable<Happened> kind, Func<Sent, bool>? isLookedAt = null) =>
        [.. kind.SelectMany(fault => _sent[fault].Where(isLookedAt ?? (_ => true)).GroupBy(sent => sent.Person).Select(own => own.Max(sent => sent.Ended - sent.Began)))];

    // A socket that ends is made again by the client, which sends again what was not acknowledged; a request that fails is seen to fail.
    private int Failed(IEnumerable<Happened> kind) => kind.Sum(fault => _sent[fault].Count(sent => Senders.IsByHttp(sent.Person) && sent.Failures > 0));

    private IEnumerable<long> FirstAfter(IEnumerable<Happened> kind) =>
        from fault in kind
        let after = _sent[fault].Where(sent => sent.Ended >= fault.BackAt).Select(sent => sent.Ended - fault.BackAt).ToList()
        where after.Count > 0
        select after.Min();

    // Red counts from the beginning of a fault, green from the end of its cause.
    private IEnumerable<long?> Turned(IEnumerable<Happened> kind, bool isReady) =>
        kind.Select(fault => isReady ? readiness.Turned(true, fault.BackAt, fault.ReadyAt + Aftermath) : readiness.Turned(false, fault.At, fault.ReadyAt));

    private static bool IsAtMost(List<long> times, long most) => times.Count > 0 && Percentile([.. times.Order()], 99) <= most;

    private static long Percentile(List<long> sorted, int percent) => sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];

    private static string Spread(IEnumerable<long?> times) => Spread(times.Where(time => time is not null).Select(time => time!.Value));

    private static string Spread(IEnumerable<long> times)
    {
        var sorted = times.Order().ToList();
        return sorted.Count == 0
            ? "none"
            : string.Create(CultureInfo.InvariantCulture, $"p50 {Percentile(sorted, 50)}, p99 {Percentile(sorted, 99)}, most {sorted[^1]} ({sorted.Count:N0})");
    }

    private static void Say(string line) => Console.WriteLine(line);
}
