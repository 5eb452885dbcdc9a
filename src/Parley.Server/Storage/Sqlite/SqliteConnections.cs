using Dapper;
using Microsoft.Data.Sqlite;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Connections with the settings that the contract rests on.</summary>
internal static class SqliteConnections
{
    // Before 3.51.3 a race between a checkpoint and a writer could damage a WAL database.
    private static readonly Version MinimumVersion = new(3, 51, 3);

    public static void CheckVersion()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        if (Version.Parse(connection.ServerVersion) < MinimumVersion)
            throw new ConfigurationException(
                $"SQLite {connection.ServerVersion} is too old: Parley needs {MinimumVersion} or newer. Reinstall Parley with the SQLite that comes with it.");
    }

    /// <summary>Throws where there is no file: to open it would make one.</summary>
    public static void RefuseMissing(string connectionString)
    {
        var path = new SqliteConnectionStringBuilder(connectionString).DataSource;
        if (!File.Exists(path))
            throw new ConfigurationException($"There is no database at {Path.GetFullPath(path)}.");
    }

    public static SqliteConnection OpenWriter(string connectionString)
    {
        var connection = Open(connectionString);
        var mode = SetWriteAheadLog(connection);
        if (mode != "wal")
            throw new ConfigurationException(
                $"The database cannot use a write-ahead log (SQLite answered '{mode}'). Put the data folder on a local disk.");
        connection.Execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4000;");
        return connection;
    }

    public static SqliteReader OpenReader(string connectionString)
    {
        var connection = Open(connectionString, settings => new SqliteReader(settings));
        connection.Execute("PRAGMA query_only = ON");
        return connection;
    }

    /// <summary>A connection that keeps every other one out for as long as it is open; null where another is open already.</summary>
    public static SqliteConnection? OpenAlone(string connectionString)
    {
        var connection = Open(connectionString);
        try
        {
            connection.Execute("PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL;");
            connection.Execute("BEGIN EXCLUSIVE; COMMIT TRANSACTION;", commandTimeout: 1);
            return connection;
        }
        catch (SqliteException error) when (error.SqliteErrorCode == SQLitePCL.raw.SQLITE_BUSY)
        {
            connection.Dispose();
            return null;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static string SetWriteAheadLog(SqliteConnection connection)
    {
        try
        {
            return connection.QuerySingle<string>("PRAGMA journal_mode = WAL", commandTimeout: 5);
        }
        catch (SqliteException error) when (error.SqliteErrorCode == SQLitePCL.raw.SQLITE_BUSY)
        {
            throw new ConfigurationException($"Another program has the database {connection.DataSource} for itself, perhaps parley move. Wait until it has ended.");
        }
    }

    private static SqliteConnection Open(string connectionString) => Open(connectionString, settings => new SqliteConnection(settings));

    private static T Open<T>(string connectionString, Func<string, T> create)
        where T : SqliteConnection
    {
        // Not pooled: these connections live as long as the database, and a pool would hand them out with foreign settings.
        var connection = create(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        try
        {
            connection.Open();
            connection.Execute("PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;");
            return connection;
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            throw new ConfigurationException(
                $"The database {connection.DataSource} cannot be opened ({error.Message}). Check that the folder exists and may be written.");
        }
    }
}
