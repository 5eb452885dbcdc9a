using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Parley.Server.Fanout.Cluster;

/// <summary>The other nodes of the cluster: who is there, and what waits to be said to them.</summary>
internal sealed partial class Nodes(
    IClusterMembershipService membership, ILocalSiloDetails self, NodeClient client, TimeProvider clock, ILogger<Nodes> log) : BackgroundService
{
    /// <summary>How long it is waited for a node to hear where a user is. One that does not is slow, and catches up, or dead, and soon known to be.</summary>
    private static readonly TimeSpan HearingMax = TimeSpan.FromMilliseconds(700);

    /// <summary>How long for it to hear that a session has ended: longer than it takes until a dead node is given up (S13).</summary>
    private static readonly TimeSpan EndingMax = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<SiloAddress, Outbox> _outboxes = new();
    private readonly ConcurrentDictionary<SiloAddress, bool> _gone = new();
    private volatile IReadOnlyList<SiloAddress> _others = [];

    public SiloAddress Self => self.SiloAddress;

    /// <summary>Called when a node is gone for good; what comes back in its place is another one. <c>true</c>: it has said that it leaves.</summary>
    public Action<SiloAddress, bool> Gone { get; set; } = static (_, _) => { };

    /// <summary>False only for a node that is known to be gone: of a new one this node may not have heard yet.</summary>
    public bool IsAlive(SiloAddress node) => !_gone.ContainsKey(node);

    public void Send(SiloAddress node, MailedChange change) => Of(node).Add(change);

    public void SendFleeting(SiloAddress node, long userId, byte[] frame) => Of(node).AddFleeting(userId, frame);

    /// <summary>Tells a node where a user is.</summary>
    public Task Tell(SiloAddress node, Route route) => WaitFor(Of(node).Add(route), HearingMax);

    /// <summary>Tells a node that a grain has ended.</summary>
    public void Forget(SiloAddress node, long userId) => Of(node).AddForgotten(userId);

    /// <summary>Tells all nodes that a session has ended. Completes when each has heard of it or is given up.</summary>
    public Task EndSession(long userId, long sessionId) =>
        WaitFor(Task.WhenAll(_others.Select(node => Of(node).AddEndedSession(userId, sessionId))), EndingMax);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var known = new HashSet<SiloAddress>();
        var leaving = new HashSet<SiloAddress>();
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
        {
            var present = snapshot.Members.Values
                .Where(member => member.Status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping)
                .Select(member => member.SiloAddress).ToHashSet();
            _others = [.. present.Where(node => !node.Equals(Self))];
            foreach (var node in present.Where(known.Add))
                LogJoined(log, node);
            foreach (var member in snapshot.Members.Values)
            {
                if (member.Status is SiloStatus.ShuttingDown or SiloStatus.Stopping)
                    leaving.Add(member.SiloAddress);
                else if (member.Status == SiloStatus.Dead)
                    Lose(member.SiloAddress, known, leaving.Remove(member.SiloAddress));
            }
            foreach (var node in known.Where(node => !present.Contains(node)).ToList())
                Lose(node, known, leaving.Remove(node));
        }
    }

    private void Lose(SiloAddress node, HashSet<SiloAddress> known, bool hasLeft)
    {
        if (!_gone.TryAdd(node, true))
            return;
        if (_outboxes.TryRemove(node, out var outbox))
            outbox.Close();
        if (!known.Remove(node))
            return;
        LogLost(log, node);
        Gone(node, hasLeft);
    }

    private Outbox Of(SiloAddress node)
    {
        var outbox = _outboxes.GetOrAdd(node, _ => new Outbox(mail => client.Of(node).Receive(mail)));
        // Gone meanwhile, or long ago: what is put in here goes nowhere.
        if (!IsAlive(node))
        {
            _outboxes.TryRemove(node, out _);
            outbox.Close();
        }
        return outbox;
    }

    private Task WaitFor(Task heard, TimeSpan max) => Task.WhenAny(heard, Task.Delay(max, clock));

    [LoggerMessage(301, LogLevel.Information, "Node {Node} is there.")]
    private static partial void LogJoined(ILogger log, SiloAddress node);

    [LoggerMessage(302, LogLevel.Warning, "Node {Node} is gone. Those who were connected to it come back to others.")]
    private static partial void LogLost(ILogger log, SiloAddress node);
}
