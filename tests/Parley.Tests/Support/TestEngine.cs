using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
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

    // Half a minute, for those who are in the middle of something.
    private const string Disconnect =
        "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

    private static readonly string? Administrator = Environment.GetEnvironmentVariable("PARLEY_TEST_POSTGRES") is { Length: > 0 } given ? given : null;
    private static readonly Lazy<(string Name, string Emptying)> Template = new(MakeTemplate);
    private static readonly ConcurrentBag<string> Free = [];
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
        if (Free.TryTake(out var free))
            return free;
        var name = NextName();
        Administrate($"CREATE DATABASE {name} TEMPLATE {Template.Value.Name}");
        return For(name);
    }

    /// <summary>
    /// Takes back what <see cref="Create"/> made, whoever is still connected. To empty a database takes some milliseconds, to drop and make
    /// one half a second: the next test gets this one. A file goes with its folder.
    /// </summary>
    internal static void Release(string connectionString)
    {
        if (IsSqlite)
            return;
        Administrate($"{Disconnect}; {Template.Value.Emptying}", connectionString);
        Free.Add(connectionString);
    }

    /// <summary>The connection string of a new database without anything in it, on PostgreSQL.</summary>
    internal static string CreateEmpty()
    {
        var name = NextName();
        Administrate($"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0");
        return For(name);
    }

    /// <summary>Drops what <see cref="CreateEmpty"/> made, whoever is still connected. A file goes with its folder.</summary>
    internal static void Drop(string connectionString)
    {
        if (IsPostgres)
            Administrate($"DROP DATABASE IF EXISTS {NameOf(connectionString)} WITH (FORCE)");
    }

    /// <summary>The name of a database.</summary>
    internal static string NameOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Database!;

    /// <summary>How the administrator connects to a database.</summary>
    internal static string For(string database) => new NpgsqlConnectionStringBuilder(Administrator) { Database = database }.ConnectionString;

    internal static Database Open(string connectionString, TimeProvider clock) =>
        IsPostgres ? PostgresDatabase.Open(connectionString, clock) : SqliteDatabase.Open(connectionString, clock);

    /// <summary>A connection of its own to a database, beside the server under test.</summary>
    internal static DbConnection Connect(string connectionString)
    {
        DbConnection connection = IsPostgres
            ? new NpgsqlConnection(Unpooled(connectionString))
            : new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    /// <summary>Runs a statement as the administrator, beside the server under test.</summary>
    internal static void Administrate(string sql, string? connectionString = null)
    {
        using var connection = new NpgsqlConnection(Unpooled(connectionString ?? Administrator!));
        connection.Open();
        connection.Execute(sql);
    }

    private static string Unpooled(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 120 }.ConnectionString;

    private static string NextName() => $"parley_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";

    // Copied, a migrated database is there in half the time. What the migrations themselves fill stays as it is when a copy is emptied.
    private static (string Name, string Emptying) MakeTemplate()
    {
        var connectionString = CreateEmpty();
        PostgresDatabase.Open(connectionString, TimeProvider.System).DisposeAsync().AsTask().GetAwaiter().GetResult();
        // Each copy makes an epoch of its own.
        Administrate("DELETE FROM meta", connectionString);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (var database in Free)
                Drop(database);
            Drop(connectionString);
        };
        using var connection = Connect(connectionString);
        // What refers to others is emptied before them.
        var tables = connection.Query<string>("""
            SELECT format('%I', relname) FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            ORDER BY NOT EXISTS (SELECT 1 FROM pg_constraint WHERE contype = 'f' AND conrelid = c.oid)
            """).Where(table => connection.QuerySingle<bool>($"SELECT NOT EXISTS (SELECT 1 FROM {table})"));
        return (NameOf(connectionString), string.Join("; ", tables.Select(table => $"DELETE FROM {table}")));
    }
}
