namespace Parley.Torture.Cluster;

/// <summary>Asks every node all the time whether it is ready, and keeps when that changed.</summary>
internal sealed class Readiness(Nodes nodes)
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(50);

    private readonly List<(int Node, long At, bool IsReady)> _changes = [];

    /// <summary>Asks until it is stopped.</summary>
    public Task Watch(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, nodes.Count).Select(async node =>
    {
        bool? before = null;
        while (!stop.IsCancellationRequested)
        {
            var isReady = await nodes.IsReady(node);
            if (isReady != before)
            {
                lock (_changes)
                    _changes.Add((node, Environment.TickCount64, isReady));
            }
            before = isReady;
            await Task.Delay(Round, CancellationToken.None);
        }
    }));

    /// <summary>How long after a moment the last of the nodes had turned red, or green; null if one of them did not until the other moment.</summary>
    public long? Turned(bool isReady, long after, long until)
    {
        lock (_changes)
        {
            long last = 0;
            for (var node = 0; node < nodes.Count; node++)
            {
                var turned = _changes.FirstOrDefault(change => change.Node == node && change.IsReady == isReady && change.At >= after && change.At <= until);
                if (turned.At == 0)
                    return null;
                last = Math.Max(last, turned.At - after);
            }
            return last;
        }
    }
}
