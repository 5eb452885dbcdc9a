namespace Parley.Replay;

/// <summary>A message as it came back, from a socket or from a page.</summary>
internal sealed record Arrived(long Seq, string Cid, string From, string Text);

/// <summary>What was sent beside what arrived, counted.</summary>
internal readonly record struct Verdict(int Sent, int Arrived, int Lost, int Twice, int OutOfOrder, int Differing, int Unknown)
{
    /// <summary>Same texts, same order, each once.</summary>
    public bool IsPerfect => Sent == Arrived && (Lost, Twice, OutOfOrder, Differing, Unknown) == (0, 0, 0, 0, 0);

    /// <summary>Adds two counts.</summary>
    public static Verdict operator +(Verdict a, Verdict b) => new(
        a.Sent + b.Sent, a.Arrived + b.Arrived, a.Lost + b.Lost, a.Twice + b.Twice, a.OutOfOrder + b.OutOfOrder,
        a.Differing + b.Differing, a.Unknown + b.Unknown);
}

/// <summary>Compares one conversation with what one reader got of it.</summary>
internal static class Comparison
{
    /// <summary>Both in their order: as it was sent, and as it arrived.</summary>
    public static Verdict Compare(IReadOnlyList<Planned> sent, IReadOnlyList<Arrived> arrived)
    {
        var places = new Dictionary<string, int>(sent.Count);
        for (var i = 0; i < sent.Count; i++)
            places.Add(sent[i].Cid, i);

        var seen = new HashSet<string>(arrived.Count);
        var (twice, outOfOrder, differing, unknown) = (0, 0, 0, 0);
        var (lastPlace, lastSeq) = (-1, 0L);
        foreach (var message in arrived)
        {
            if (!places.TryGetValue(message.Cid, out var place))
            {
                unknown++;
                continue;
            }
            if (!seen.Add(message.Cid))
            {
                twice++;
                continue;
            }
            var planned = sent[place];
            if (planned.Text != message.Text || planned.From != message.From)
                differing++;
            // The number that the sender was told, and the numbers that readers see, are part of the order.
            if (place < lastPlace || message.Seq <= lastSeq || (planned.Seq is { } seq && seq != message.Seq))
                outOfOrder++;
            lastPlace = Math.Max(lastPlace, place);
            lastSeq = Math.Max(lastSeq, message.Seq);
        }
        return new Verdict(sent.Count, arrived.Count, sent.Count - seen.Count, twice, outOfOrder, differing, unknown);
    }
}
