using Npgsql;
using NpgsqlTypes;

namespace Parley.Server.Storage.Postgres;

/// <summary>Columns of many rows as the parameters $1, $2 … of a statement, for unnest.</summary>
internal static class PostgresParameters
{
    public static NpgsqlBatchCommand Add(this NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command;
    }

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, long[] values) =>
        command.With(values, NpgsqlDbType.Bigint);

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, long?[] values) =>
        command.With(values, NpgsqlDbType.Bigint);

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, bool[] values) =>
        command.With(values, NpgsqlDbType.Boolean);

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, string?[] values) =>
        command.With(values, NpgsqlDbType.Text);

    private static NpgsqlBatchCommand With<T>(this NpgsqlBatchCommand command, T[] values, NpgsqlDbType type)
    {
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
        return command;
    }

    /// <summary>One column of the rows.</summary>
    public static TColumn[] Column<TRow, TColumn>(this List<TRow> rows, Func<TRow, TColumn> read)
    {
        var column = new TColumn[rows.Count];
        for (var i = 0; i < column.Length; i++)
            column[i] = read(rows[i]);
        return column;
    }
}
