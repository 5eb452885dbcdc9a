namespace Parley.Server.Storage;

/// <summary>
/// A table that both engines have, as a move sees it. A row is an array in the order of the columns, of long (a flag is 0 or 1), string,
/// byte[] or null: the same values on either side.
/// </summary>
/// <param name="Name">What both engines call it.</param>
/// <param name="Columns">All of them.</param>
/// <param name="Key">The places of the primary key's columns. Both engines sort by it alike.</param>
internal sealed record MovedTable(string Name, IReadOnlyList<MovedColumn> Columns, IReadOnlyList<int> Key)
{
    /// <summary>The columns' names, for SQL.</summary>
    public string ColumnList => string.Join(", ", Columns.Select(column => column.Name));

    /// <summary>The names of the key's columns, for SQL.</summary>
    public string KeyList => string.Join(", ", Key.Select(place => Columns[place].Name));

    /// <summary>The key of a row.</summary>
    public object[] KeyOf(object?[] row) => [.. Key.Select(place => row[place]!)];
}

/// <summary>A column, and what its values are.</summary>
internal sealed record MovedColumn(string Name, MovedType Type);

/// <summary>What a column's values are.</summary>
internal enum MovedType
{
    /// <summary>A whole number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>Text.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Bytes,
}
