using Dapper;
using Npgsql;
using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sqlite;

namespace Parley.Tests.Support;

/// <summary>
/// The engine that the tests run on: SQLite, or PostgreSQL where PARLEY_TEST_POSTGRES holds the connection string of someone who may
/// make databases there. Every test has a database of its own on either.
/// </summary>
public static class TestEngine
{
    /// <summary>Why a test of PostgreSQL alone is skipped.</summary>
    internal const string NoPostgres = "There is no PostgreSQL: PARLEY_TEST_POSTGRES names none.";

    /// <summary>Why a test of SQLite alone is skipped.</summary>
    internal const string NoSqlite = "It is about SQLite's file, and this run is on PostgreSQL.";

    private static readonly string? Administrator = Environment.GetEnvironmentVariable("PARLEY_TEST_POSTGRES") is { Length: > 0 } given ? given : null;
    private static readonly Lazy<string> Template = new(MakeTemplate);
    private static int _databases;

    /// <summary>Whether this run is on PostgreSQL.</summary>
    public static bool IsPostgres => Administrator is not null;

    /// <summary>Whether this run is on SQLite.</summary>
    public static bool IsSqlite => !IsPostgres;

    /// <summary>The connection string of a new database. On SQLite it is a file in the folder.</summary>
    internal static string Create(string folder)
    {
        if (IsSqlite)
            return $"Data Source={Path.Combine(folder, "parley.db")}";
        var name = NextName();
        Administrate($"CREATE DATABASE {name} TEMPLATE {Template.Value}");
        return For(name);
    }

    /// <summary>The connection string of a new database without anything in it, on PostgreSQL.</summary>
    internal static string CreateEmpty()
    {
        var name = NextName();
        Administrate($"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0");
        return For(name);
    }

    /// <summary>Drops what <see cref="Create"/> made, whoever is still connected. A file goes with its folder.</summary>
    internal static void Drop(string connectionString)
    {
        if (IsSqlite)
            return;
        Administrate($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");
    }

    internal static Database Open(string connectionString, TimeProvider clock) =>
        IsPostgres ? PostgresDatabase.Open(connectionString, clock) : SqliteDatabase.Open(connectionString, clock);

    /// <summary>Runs a statement as the administrator, beside the server under test.</summary>
    internal static void Administrate(string sql, string? connectionString = null)
    {
        using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString ?? Administrator) { Pooling = false, CommandTimeout = 120 }.ConnectionString);
        connection.Open();
        connection.Execute(sql);
    }

    private static string For(string database) => new NpgsqlConnectionStringBuilder(Administrator) { Database = database }.ConnectionString;

    private static string NextName() => $"parley_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";

    // Copied, a migrated database is there in a tenth of a second.
    private static string MakeTemplate()
    {
        var connectionString = CreateEmpty();
        PostgresDatabase.Open(connectionString, TimeProvider.System).DisposeAsync().AsTask().GetAwaiter().GetResult();
        // Each copy makes an epoch of its own.
        Administrate("DELETE FROM meta", connectionString);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Drop(connectionString);
        return new NpgsqlConnectionStringBuilder(connectionString).Database!;
    }
}
