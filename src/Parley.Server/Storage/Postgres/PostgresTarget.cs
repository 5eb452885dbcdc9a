using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Parley.Server.Storage.Postgres;

/// <summary>
/// The database that a move fills. Until the move is finished it has a table <c>unfinished_move</c>, by which servers refuse to start;
/// it keeps the indexes and foreign keys that are away meanwhile: rows that come in parts, from different moments, would offend them.
/// </summary>
internal sealed class PostgresTarget : IDisposable
{
    private readonly NpgsqlConnection _connection;

    private PostgresTarget(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Where it is, without a user or a password.</summary>
    public string Name => $"{_connection.Host}:{_connection.Port}/{_connection.Database}";

    /// <summary>Whether a move was begun here and not finished.</summary>
    public bool IsUnfinished => HasUnfinishedMove(_connection);

    /// <summary>Connects, and refuses where servers are connected too.</summary>
    public static PostgresTarget Open(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "parley move", Options = "-c maintenance_work_mem=256MB -c statement_timeout=0" };
        var connection = PostgresStart.Connect(settings.ConnectionString);
        try
        {
            PostgresStart.Check(connection);
            PostgresStart.RefuseConnected(connection);
            return new PostgresTarget(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Throws where a move was begun and not finished.</summary>
    public static void RefuseUnfinished(NpgsqlConnection connection)
    {
        if (HasUnfinishedMove(connection))
            throw new ConfigurationException(
                "A move into this database has not been finished. Run parley move again to go on with it, or drop the database and make it anew.");
    }

    /// <summary>Makes the schema and takes down what would be in the way of rows, or goes on where that was done. Gives the tables to fill, of those that are named.</summary>
    public List<MovedTable> Begin(string connectionString, IEnumerable<string> names)
    {
        if (!IsUnfinished && PostgresMigrations.HasPeople(_connection))
            throw new ConfigurationException("The database to move to holds people and messages already. Move into an empty one.");
        PostgresMigrations.Run(_connection, connectionString);
        var tables = PostgresMigrations.Tables.Intersect(names).Except(["meta", "schema_versions"]).ToArray();
        using var transaction = _connection.BeginTransaction();
        _connection.Execute("CREATE TABLE IF NOT EXISTS unfinished_move (place bigint NOT NULL, statement text NOT NULL)");
        foreach (var (place, create, drop) in FindObstacles(tables))
        {
            _connection.Execute("INSERT INTO unfinished_move (place, statement) VALUES (@place, @create)", new { place, create });
            _connection.Execute(drop);
        }
        transaction.Commit();
        return [.. tables.Select(ReadTable)];
    }

    /// <summary>The rows whose keys are after the one and up to the other, in the order of the keys.</summary>
    public List<object?[]> Read(MovedTable table, object[]? after, object[]? upTo)
    {
        using var command = new NpgsqlCommand { Connection = _connection };
        var conditions = new List<string>();
        Limit(after, ">");
        Limit(upTo, "<=");
        var where = conditions.Count == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)}";
        command.CommandText = $"SELECT {table.ColumnList} FROM {table.Name} {where} ORDER BY {table.KeyList}";
        var rows = new List<object?[]>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var row = new object?[table.Columns.Count];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? null : table.Columns[i].Type switch
                {
                    MovedType.Flag => reader.GetBoolean(i) ? 1L : 0L,
                    MovedType.Text => reader.GetString(i),
                    MovedType.Bytes => reader.GetFieldValue<byte[]>(i),
                    _ => reader.GetInt64(i),
                };
            }
            rows.Add(row);
        }
        return rows;

        void Limit(object[]? key, string than)
        {
            if (key is null)
                return;
            var names = key.Select(value =>
            {
                command.Parameters.AddWithValue(value);
                return $"${command.Parameters.Count}";
            });
            conditions.Add($"({table.KeyList}) {than} ({string.Join(", ", names)})");
        }
    }

    /// <summary>Takes rows away and puts rows in, in one transaction.</summary>
    public void Apply(MovedTable table, MovedRows rows)
    {
        using var transaction = _connection.BeginTransaction();
        foreach (var row in rows.Gone)
        {
            using var delete = new NpgsqlCommand { Connection = _connection };
            foreach (var value in table.KeyOf(row))
                delete.Parameters.AddWithValue(value);
            delete.CommandText = $"DELETE FROM {table.Name} WHERE ({table.KeyList}) = ({string.Join(", ", table.Key.Select((_, i) => $"${i + 1}"))})";
            delete.ExecuteNonQuery();
        }
        using (var copy = _connection.BeginBinaryImport($"COPY {table.Name} ({table.ColumnList}) FROM STDIN (FORMAT BINARY)"))
        {
            foreach (var row in rows.Come)
            {
                copy.StartRow();
                for (var i = 0; i < row.Length; i++)
                    Write(copy, row[i], table.Columns[i].Type);
            }
            copy.Complete();
        }
        transaction.Commit();
    }

    /// <summary>Puts up what was taken down, and has the planner know the tables. It throws where the rows do not keep what is promised of them.</summary>
    public void PutUp(IEnumerable<MovedTable> tables)
    {
        using var transaction = _connection.BeginTransaction();
        foreach (var statement in _connection.Query<string>("SELECT statement FROM unfinished_move ORDER BY place").ToList())
            _connection.Execute(statement);
        _connection.Execute("DELETE FROM unfinished_move");
        _connection.Execute($"ANALYZE {string.Join(", ", tables.Select(table => table.Name))}");
        transaction.Commit();
    }

    /// <summary>Ends the move: the database begins an epoch, and servers may start on it.</summary>
    public void Finish(Protocol.Id epoch)
    {
        using var transaction = _connection.BeginTransaction();
        _connection.Execute("DELETE FROM meta WHERE name IN ('epoch', 'probe')");
        _connection.Execute("INSERT INTO meta (name, value) VALUES ('epoch', @epoch)", new { epoch = epoch.ToString() });
        _connection.Execute("DROP TABLE unfinished_move");
        transaction.Commit();
    }

    public void Dispose() => _connection.Dispose();

    private static bool HasUnfinishedMove(NpgsqlConnection connection) =>
        connection.QuerySingle<bool>("SELECT to_regclass('unfinished_move') IS NOT NULL");

    /// <summary>Foreign keys, and every index but the primary keys: how to make each again, and how to take it down, in that order.</summary>
    private List<(long Place, string Create, string Drop)> FindObstacles(string[] tables) => [.. _connection.Query<(long, string, string)>("""
        SELECT CASE contype WHEN 'f' THEN 3 ELSE 1 END,
            format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)),
            format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
        FROM pg_constraint WHERE contype IN ('f', 'u') AND conrelid = ANY(@tables::regclass[])
        UNION ALL
        SELECT 2, pg_get_indexdef(indexrelid), format('DROP INDEX %s', indexrelid::regclass)
        FROM pg_index WHERE indrelid = ANY(@tables::regclass[]) AND NOT indisprimary
            AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('u', 'x'))
        ORDER BY 1 DESC
        """, new { tables })];

    private MovedTable ReadTable(string name)
    {
        var columns = _connection.Query<(string Name, string Type, long? Place)>("""
            SELECT attname, format_type(atttypid, NULL), array_position(indkey::int2[], attnum)
            FROM pg_attribute JOIN pg_index ON indrelid = attrelid AND indisprimary
            WHERE attrelid = @name::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
            """, new { name }).ToList();
        var key = Enumerable.Range(0, columns.Count).Where(i => columns[i].Place is not null).OrderBy(i => columns[i].Place);
        return new MovedTable(name, [.. columns.Select(column => new MovedColumn(column.Name, TypeOf(column.Type)))], [.. key]);
    }

    private static MovedType TypeOf(string type) => type switch
    {
        "bigint" => MovedType.Number,
        "boolean" => MovedType.Flag,
        "text" => MovedType.Text,
        "bytea" => MovedType.Bytes,
        _ => throw new InvalidOperationException($"A column of type {type} cannot be moved."),
    };

    private static void Write(NpgsqlBinaryImporter copy, object? value, MovedType type)
    {
        switch (value)
        {
            case null:
                copy.WriteNull();
                break;
            case long number when type == MovedType.Flag:
                copy.Write(number != 0, NpgsqlDbType.Boolean);
                break;
            case long number:
                copy.Write(number, NpgsqlDbType.Bigint);
                break;
            case string text:
                copy.Write(text, NpgsqlDbType.Text);
                break;
            case byte[] bytes:
                copy.Write(bytes, NpgsqlDbType.Bytea);
                break;
        }
    }
}
