using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Parley.Server.Storage.Sqlite;

/// <summary>
/// A statement compiled once and run many times, with parameters $1, $2 …; on SQLite's own interface, since a command and a reader of
/// ADO.NET for each row take as long as SQLite itself (docs/decisions/0013-rows-of-the-writer.md).
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    // SQLite numbers them in the order in which the statement names them.
    private readonly int[] _places;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
        _places = new int[raw.sqlite3_bind_parameter_count(_statement)];
        for (var i = 0; i < _places.Length; i++)
            _places[i] = raw.sqlite3_bind_parameter_index(_statement, $"${i + 1}");
    }

    /// <summary>Runs it for what it does.</summary>
    public void Run(ReadOnlySpan<SqliteValue> values)
    {
        Bind(values);
        try
        {
            Step();
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    /// <summary>Runs it for its rows.</summary>
    public List<T> Query<T>(ReadOnlySpan<SqliteValue> values, Func<SqliteColumns, T> read)
    {
        Bind(values);
        try
        {
            var rows = new List<T>();
            while (Step())
                rows.Add(read(new SqliteColumns(_statement)));
            return rows;
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    public void Dispose() => _statement.Dispose();

    private void Bind(ReadOnlySpan<SqliteValue> values)
    {
        for (var i = 0; i < values.Length; i++)
            Check(values[i].Bind(_statement, _places[i]));
    }

    /// <summary>False where there is no row any more.</summary>
    private bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
            Check(result);
        return result == raw.SQLITE_ROW;
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _database);
}
