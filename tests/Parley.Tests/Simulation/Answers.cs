using System.Collections.Concurrent;
using Xunit;

namespace Parley.Tests.Simulation;

/// <summary>What the sends of each cid were answered: whoever retries, and whenever, it is the same message (S12).</summary>
internal sealed class Answers
{
    private readonly ConcurrentDictionary<(long User, long Thread, string Cid), long> _seqs = new();

    /// <summary>How many different messages were answered for.</summary>
    public int Count => _seqs.Count;

    public void Add(long user, long thread, string cid, long seq) => Assert.Equal(_seqs.GetOrAdd((user, thread, cid), seq), seq);
}
