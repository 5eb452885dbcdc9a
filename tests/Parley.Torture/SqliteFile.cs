using Microsoft.Data.Sqlite;

namespace Parley.Torture;

/// <summary>A SQLite database of the run.</summary>
internal static class SqliteFile
{
    /// <summary>A connection that is really closed when it is disposed of, so that the file may be replaced.</summary>
    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
