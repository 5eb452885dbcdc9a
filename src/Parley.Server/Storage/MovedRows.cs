namespace Parley.Server.Storage;

/// <summary>What has to go and what has to come, so that the rows of one side are those of the other. A row that changed does both.</summary>
internal sealed record MovedRows(List<object?[]> Gone, List<object?[]> Come)
{
    /// <summary>Whether the two sides are the same.</summary>
    public bool IsEmpty => Gone.Count == 0 && Come.Count == 0;

    /// <summary>Compares a part of a table, the same range of keys on both sides, in the order of the keys.</summary>
    public static MovedRows Between(MovedTable table, List<object?[]> here, List<object?[]> there)
    {
        if (there.Count == 0)
            return new MovedRows([], here);
        if (here.Count == there.Count && here.Zip(there).All(pair => AreEqual(pair.First, pair.Second)))
            return new MovedRows([], []);
        var left = there.ToDictionary(NameOf);
        var come = new List<object?[]>();
        foreach (var row in here)
        {
            if (left.TryGetValue(NameOf(row), out var same) && AreEqual(row, same))
                left.Remove(NameOf(row));
            else
                come.Add(row);
        }
        return new MovedRows([.. left.Values], come);

        // No two keys are written alike, since no key has more than one text in it.
        string NameOf(object?[] row) => string.Join('\n', table.KeyOf(row));
    }

    private static bool AreEqual(object?[] one, object?[] other)
    {
        for (var i = 0; i < one.Length; i++)
        {
            var isEqual = (one[i], other[i]) switch
            {
                (long a, long b) => a == b,
                (string a, string b) => a == b,
                (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
                (null, null) => true,
                _ => false,
            };
            if (!isEqual)
                return false;
        }
        return true;
    }
}
