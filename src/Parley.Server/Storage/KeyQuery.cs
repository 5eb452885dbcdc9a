using System.Data.Common;
using Dapper;

namespace Parley.Server.Storage;

/// <summary>
/// A question that many people's devices ask at the same time, each with a key of its own: on PostgreSQL, those who ask at once are asked for
/// together (<see cref="Database.Find"/>).
/// </summary>
/// <param name="key">The column that is to be the key, such as `s.session_id`.</param>
/// <param name="columns">What is wanted of the rows.</param>
/// <param name="from">The tables.</param>
/// <param name="read">Takes the wanted columns of a row.</param>
/// <param name="where">Which of the key's rows, if not all.</param>
internal sealed class KeyQuery<TKey, TRow>(string key, string columns, string from, Func<ColumnReader, TRow> read, string where = "true")
    where TKey : notnull
{
    private readonly string _selectOne = Select(key, columns, from, where, "= @wanted");

    /// <summary>How long a question that can wait does so, for others to be asked with it.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>How keys are compared.</summary>
    public IEqualityComparer<TKey> Comparer { get; init; } = EqualityComparer<TKey>.Default;

    /// <summary>Takes the wanted columns of a row.</summary>
    public Func<ColumnReader, TRow> Read => read;

    /// <summary>The statement for an array of keys, as PostgreSQL knows it ($1); each row begins with its key.</summary>
    public string SelectMany { get; } = Select(key, columns, from, where, "= ANY($1)");

    /// <summary>The rows of one key.</summary>
    public async Task<IReadOnlyList<TRow>> ReadOne(DbConnection connection, TKey wanted)
    {
        using var rows = await connection.ExecuteReaderAsync(_selectOne, new { wanted });
        return await ColumnReader.ReadAll(rows, read, from: 1);
    }

    private static string Select(string key, string columns, string from, string where, string condition) =>
        $"SELECT {key}, {columns} FROM {from} WHERE {key} {condition} AND {where}";
}
