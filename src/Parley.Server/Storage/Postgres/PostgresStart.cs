using System.Net.Sockets;
using Dapper;
using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>What must be so before the server starts on a PostgreSQL. Each sentence says what to change; none repeats the password.</summary>
internal static class PostgresStart
{
    private const int OldestVersion = 14;

    /// <summary>A connection for the start alone: it may wait for a lock and for a migration.</summary>
    public static NpgsqlConnection Connect(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch (Exception error) when (error is NpgsqlException or SocketException or TimeoutException or ArgumentException)
        {
            connection.Dispose();
            throw new ConfigurationException(Explain(error, settings));
        }
    }

    /// <summary>Refuses a PostgreSQL that would not keep what the server promises. The answer is its synchronous_commit.</summary>
    public static string Check(NpgsqlConnection connection)
    {
        var found = ReadSettings(connection);
        if (found.Version < OldestVersion)
            throw new ConfigurationException($"PostgreSQL {found.Version} is too old: Parley needs {OldestVersion} or newer.");
        if (found.IsStandby)
            throw new ConfigurationException("This PostgreSQL is a hot standby, which cannot be written. Give the address of the primary, or promote this one.");
        if (found.Fsync == "off")
            throw new ConfigurationException(
                "PostgreSQL runs with fsync=off: a power cut would lose messages that were acknowledged. Set fsync = on in postgresql.conf and restart it.");
        if (found.SynchronousCommit == "off")
            throw new ConfigurationException(
                "PostgreSQL runs with synchronous_commit=off: a crash would lose messages that were acknowledged. Set synchronous_commit = on, " +
                "for the server and for this user and database.");
        if (found.Encoding != "UTF8")
            throw new ConfigurationException($"The database is encoded in {found.Encoding}, which cannot hold every text. Make it with ENCODING 'UTF8'.");
        return found.SynchronousCommit;
    }

    /// <summary>Refuses while servers are connected to this database: what they have in memory would not be what is in it.</summary>
    public static void RefuseConnected(NpgsqlConnection connection)
    {
        var others = connection.Query<(string Name, long Count)>("""
            SELECT application_name, count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND usename IS NOT NULL AND pid <> pg_backend_pid() AND coalesce(backend_type, 'client backend') = 'client backend'
            GROUP BY application_name ORDER BY application_name
            """).ToList();
        if (others.Count > 0)
            throw new ConfigurationException(
                $"Others are connected to the database ({string.Join(", ", others.Select(other => $"'{other.Name}' {other.Count}"))}). " +
                "Stop every server on it, then run this again.");
    }

    // By hand: Dapper would make a method for it first, for which every start waits.
    private static Settings ReadSettings(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("""
            SELECT current_setting('server_version_num')::int / 10000, current_setting('fsync'), current_setting('synchronous_commit'),
                current_setting('server_encoding'), pg_is_in_recovery()
            """, connection);
        using var row = command.ExecuteReader();
        row.Read();
        return new Settings(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetBoolean(4));
    }

    private static string Explain(Exception error, NpgsqlConnectionStringBuilder settings)
    {
        var (server, user, database) = ($"{settings.Host}:{settings.Port}", settings.Username, settings.Database ?? settings.Username);
        return error switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
                $"PostgreSQL at {server} has no database '{database}'. Make it as an administrator there: " +
                $"CREATE DATABASE \"{database}\" OWNER \"{user}\" ENCODING 'UTF8' TEMPLATE template0;",
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword } =>
                $"PostgreSQL at {server} does not let '{user}' in: the password is wrong, or there is no such user.",
            PostgresException { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification } refused =>
                $"PostgreSQL at {server} does not let '{user}' in ({refused.MessageText.TrimEnd('.')}). Check its user and its pg_hba.conf.",
            PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } refused =>
                $"PostgreSQL at {server} has no connection left ({refused.MessageText.TrimEnd('.')}). Raise its max_connections, or the limit that it names.",
            PostgresException refused => $"PostgreSQL at {server} refuses the connection ({refused.MessageText.TrimEnd('.')}).",
            NpgsqlException { InnerException: null } refused => $"PostgreSQL at {server} does not let '{user}' in ({refused.Message.TrimEnd('.')}).",
            _ => $"PostgreSQL at {server} cannot be reached ({(error.InnerException ?? error).Message.TrimEnd('.')}). Check that it runs and that the address is right.",
        };
    }

    private sealed record Settings(int Version, string Fsync, string SynchronousCommit, string Encoding, bool IsStandby);
}
