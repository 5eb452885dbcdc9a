using Dapper;
using Microsoft.Data.Sqlite;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The whole database as one file that needs no other beside it, and such a file put in its place again.</summary>
internal static class SqliteBackup
{
    /// <summary>Copies the database as it is at one moment, while a server runs on it or not. The target must not be there.</summary>
    public static void Take(string connectionString, string target)
    {
        SqliteConnections.CheckVersion();
        SqliteConnections.RefuseMissing(connectionString);
        var unfinished = UnfinishedFile.Make(target);
        using (var from = SqliteConnections.OpenReader(connectionString))
        using (var to = Open(unfinished))
        {
            from.BackupDatabase(to);
            to.Execute("PRAGMA journal_mode = DELETE");
        }
        Check(unfinished);
        UnfinishedFile.Flush(unfinished);
        File.Move(unfinished, target);
    }

    /// <summary>
    /// Puts a backup in the place of the database, in a new epoch, and gives the path to which the one before was set aside, if there
    /// was one. The caller has made sure that no server runs. Ended at any moment, it leaves the one or the other.
    /// </summary>
    public static string? PutBack(string source, string connectionString, Protocol.Id epoch, bool replace)
    {
        SqliteConnections.CheckVersion();
        var target = Path.GetFullPath(new SqliteConnectionStringBuilder(connectionString).DataSource);
        if (!File.Exists(source))
            throw new ConfigurationException($"There is no backup at {source}.");
        if (File.Exists(target) && !replace && HasPeople(connectionString, target))
            throw new ConfigurationException(
                $"The database {target} holds people and messages. With --replace it is set aside, and the backup takes its place.");
        var unfinished = UnfinishedFile.Make(target);
        File.Copy(source, unfinished, overwrite: true);
        Check(unfinished);
        using (var connection = Open(unfinished))
            StartEpoch(connection, epoch);
        UnfinishedFile.Flush(unfinished);
        return Swap(unfinished, target, connectionString);
    }

    private static void StartEpoch(SqliteConnection connection, Protocol.Id epoch) =>
        connection.Execute("""
            PRAGMA journal_mode = DELETE;
            BEGIN IMMEDIATE;
            DELETE FROM meta WHERE name IN ('epoch', 'moved_to', 'probe');
            INSERT INTO meta (name, value) VALUES ('epoch', @epoch);
            COMMIT TRANSACTION;
            """, new { epoch = epoch.ToString() });

    private static string? Swap(string unfinished, string target, string connectionString)
    {
        if (!File.Exists(target))
        {
            DeleteLogs(target);
            File.Move(unfinished, target);
            return null;
        }
        var aside = $"{target}.{DateTime.UtcNow:yyyyMMdd-HHmmss}";
        EmptyLog(connectionString);
        // Left only where the database is too damaged to take it in.
        if (File.Exists(target + "-wal"))
            File.Copy(target + "-wal", aside + "-wal");
        DeleteLogs(target);
        // The old file gets its second name before the new one takes the first.
        File.Replace(unfinished, target, aside);
        return aside;
    }

    /// <summary>Takes what is in the write-ahead log into the file, so that the file alone is the whole.</summary>
    private static void EmptyLog(string connectionString)
    {
        try
        {
            using var connection = SqliteConnections.OpenAlone(connectionString)
                ?? throw new ConfigurationException("Another program has the database open. Stop it, then run this again.");
            connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
            // It may be damaged, which may be why a backup is put back.
        }
    }

    private static bool HasPeople(string connectionString, string path)
    {
        try
        {
            using var connection = SqliteConnections.OpenReader(connectionString);
            return SqliteMigrations.HasSchema(connection) && connection.QuerySingle<bool>("SELECT EXISTS (SELECT 1 FROM users)");
        }
        catch (SqliteException error)
        {
            throw new ConfigurationException(
                $"The database {path} cannot be read ({error.Message}). With --replace it is set aside, and the backup takes its place.");
        }
    }

    /// <summary>Throws where the file is not a sound database of this Parley or an older one.</summary>
    private static void Check(string path)
    {
        using var connection = Open(path);
        try
        {
            var faults = connection.Query<string>("PRAGMA integrity_check(5)").ToList();
            if (faults is not ["ok"])
                throw new ConfigurationException($"The copy is damaged ({string.Join("; ", faults)}), and nothing was changed.");
            if (!SqliteMigrations.HasSchema(connection))
                throw new ConfigurationException("This is not a database of Parley's, and nothing was changed.");
            SqliteMigrations.RefuseNewerSchema(connection);
        }
        catch (SqliteException error)
        {
            throw new ConfigurationException($"The backup cannot be read ({error.Message}), and nothing was changed.");
        }
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static void DeleteLogs(string path)
    {
        File.Delete(path + "-wal");
        File.Delete(path + "-shm");
    }
}
