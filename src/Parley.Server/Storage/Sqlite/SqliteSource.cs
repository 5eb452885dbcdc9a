using Dapper;
using Microsoft.Data.Sqlite;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The database that a move reads: beside a running server, or alone, with every other program kept out until it is closed.</summary>
internal sealed class SqliteSource : IDisposable
{
    // Photos are large; messages are not.
    private const int BytesMax = 16 * 1024 * 1024;

    private readonly SqliteConnection _connection;

    private SqliteSource(SqliteConnection connection, bool isAlone) => (_connection, IsAlone) = (connection, isAlone);

    /// <summary>Whether nobody else has the database open, so that nothing changes while it is read.</summary>
    public bool IsAlone { get; }

    /// <summary>Where everything was moved to; null where it was not.</summary>
    public string? MovedTo => _connection.QuerySingleOrDefault<string>("SELECT value FROM meta WHERE name = 'moved_to'");

    /// <summary>The tables there are.</summary>
    public IEnumerable<string> Tables => _connection.Query<string>("SELECT name FROM sqlite_schema WHERE type = 'table'");

    /// <summary>Opens it, alone if that can be. Throws where it is not a database of this version.</summary>
    public static SqliteSource Open(string connectionString)
    {
        SqliteConnections.CheckVersion();
        SqliteConnections.RefuseMissing(connectionString);
        var alone = SqliteConnections.OpenAlone(connectionString);
        var source = new SqliteSource(alone ?? SqliteConnections.OpenReader(connectionString), alone is not null);
        try
        {
            SqliteMigrations.RefuseOtherSchema(source._connection);
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>The rows with the next keys, and whether they are the last ones. A part sees one moment of the database.</summary>
    public (List<object?[]> Rows, bool IsLast) Read(MovedTable table, object[]? after, int max)
    {
        using var command = _connection.CreateCommand();
        var parameters = (after ?? []).Select((value, i) => command.Parameters.AddWithValue($"${i}", value).ParameterName).ToList();
        var where = after is null ? "" : $"WHERE ({table.KeyList}) > ({string.Join(", ", parameters)})";
        command.CommandText = $"SELECT {table.ColumnList} FROM {table.Name} {where} ORDER BY {table.KeyList} LIMIT {max}";
        var rows = new List<object?[]>();
        var bytes = 0;
        using var reader = command.ExecuteReader();
        while (bytes < BytesMax)
        {
            if (!reader.Read())
                return (rows, rows.Count < max);
            var row = new object?[table.Columns.Count];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? null : table.Columns[i].Type switch
                {
                    MovedType.Text => reader.GetString(i),
                    MovedType.Bytes => reader.GetFieldValue<byte[]>(i),
                    _ => reader.GetInt64(i),
                };
                bytes += row[i] is byte[] content ? content.Length : 0;
            }
            rows.Add(row);
        }
        return (rows, false);
    }

    /// <summary>From now on no server starts on it.</summary>
    public void MarkMoved(string to) => _connection.Execute("""
        INSERT INTO meta (name, value) VALUES ('moved_to', @to) ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """, new { to });

    public void Dispose() => _connection.Dispose();
}
