using System.Data.Common;

namespace Parley.Server.Storage;

/// <summary>
/// Takes a row's columns one after the other, in the order in which the query names them. For what is read by the page: Dapper takes each
/// column as an object and converts it.
/// </summary>
internal struct ColumnReader(DbDataReader row, int from = 0)
{
    private int _next = from;

    /// <summary>Whether the next column is null; it stays the next one.</summary>
    public readonly bool IsNull => row.IsDBNull(_next);

    public long Long() => row.GetInt64(_next++);

    public long? LongOrNull() => Skip() ? null : Long();

    public bool Boolean() => row.GetBoolean(_next++);

    public string Text() => row.GetString(_next++);

    public string? TextOrNull() => Skip() ? null : Text();

    /// <summary>
    /// All rows that are left of this result, from a column on. The reader is to be disposed of with <c>using</c>: with <c>await using</c> Dapper's forgets its
    /// command, and SQLite's connection looks through all that were forgotten whenever one ends.
    /// </summary>
    public static async Task<List<T>> ReadAll<T>(DbDataReader rows, Func<ColumnReader, T> read, int from = 0)
    {
        var all = new List<T>();
        while (await rows.ReadAsync())
            all.Add(read(new ColumnReader(rows, from)));
        return all;
    }

    private bool Skip()
    {
        if (!IsNull)
            return false;
        _next++;
        return true;
    }
}
