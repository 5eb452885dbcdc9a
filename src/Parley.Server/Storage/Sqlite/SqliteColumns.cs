using SQLitePCL;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The columns of the row at which a statement stands.</summary>
internal readonly struct SqliteColumns(sqlite3_stmt statement)
{
    public long GetInt64(int column) => raw.sqlite3_column_int64(statement, column);

    public bool GetBoolean(int column) => raw.sqlite3_column_int64(statement, column) != 0;

    public string GetString(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;
}
