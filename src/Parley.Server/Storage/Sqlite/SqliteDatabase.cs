using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Parley.Protocol;

namespace Parley.Server.Storage.Sqlite;

/// <summary>
/// The embedded engine: one file in WAL mode, one writer thread (<see cref="SqliteWriter"/>), readers beside it that never wait for
/// the writer nor it for them.
/// </summary>
public sealed class SqliteDatabase : Database
{
    private const int IdleReaders = 16;

    private readonly string _connectionString;
    private readonly ConcurrentBag<SqliteReader> _readers = [];
    private readonly SqliteWriter _writer;

    private SqliteDatabase(string connectionString, string epoch, TimeProvider clock)
    {
        _connectionString = connectionString;
        Epoch = epoch;
        _writer = new SqliteWriter(SqliteConnections.OpenWriter(connectionString), clock, set => Committed(set));
    }

    /// <inheritdoc/>
    public override string Epoch { get; }

    /// <summary>
    /// Opens the database, makes it if it is not there, and brings its schema up to date. Throws
    /// <see cref="ConfigurationException"/> where it must not start.
    /// </summary>
    public static SqliteDatabase Open(string connectionString, TimeProvider clock)
    {
        Migrate(connectionString);
        using var connection = SqliteConnections.OpenWriter(connectionString);
        if (connection.QuerySingleOrDefault<string>("SELECT value FROM meta WHERE name = 'moved_to'") is { } place)
            throw new ConfigurationException(
                $"This database was moved to PostgreSQL at {place}. Give its address with --database; docs/operating.md says how to come back here instead.");
        connection.Execute(
            "INSERT INTO meta (name, value) VALUES ('epoch', @epoch) ON CONFLICT (name) DO NOTHING",
            new { epoch = NewId.At(clock.GetUtcNow()).ToString() });
        var epoch = connection.QuerySingle<string>("SELECT value FROM meta WHERE name = 'epoch'");
        return new SqliteDatabase(connectionString, epoch, clock);
    }

    /// <summary>Brings the schema up to date, and gives the names of the scripts that were run.</summary>
    public static IReadOnlyList<string> Migrate(string connectionString)
    {
        SqliteConnections.CheckVersion();
        return SqliteMigrations.Run(connectionString);
    }

    /// <inheritdoc/>
    public override async Task<T> Read<T>(Func<DbConnection, Task<T>> query)
    {
        if (!_readers.TryTake(out var connection))
            connection = SqliteConnections.OpenReader(_connectionString);
        try
        {
            // Two words each: a single one is a stored procedure to Dapper. Without a transaction each statement would see a snapshot of its own (S8).
            connection.Execute("BEGIN DEFERRED");
            try
            {
                return await query(connection);
            }
            finally
            {
                connection.Execute("END TRANSACTION");
            }
        }
        catch (SqliteException error) when (SqliteFailures.IsUnavailable(error))
        {
            throw SqliteFailures.Unavailable(error);
        }
        finally
        {
            if (_readers.Count < IdleReaders)
                _readers.Add(connection);
            else
                connection.Dispose();
        }
    }

    /// <inheritdoc/>
    public override Task<T> Write<T>(Func<DbConnection, Task<T>> work) => _writer.Enqueue(new StatementsJob<T>(work));

    /// <inheritdoc/>
    public override Task<T> Execute<T>(Command<T> command) => _writer.Enqueue(new CommandJob<T>(command));

    /// <inheritdoc/>
    public override Task Probe()
    {
        // A file that was deleted can be written as long as it is open, and everything is gone with the process.
        var path = new SqliteConnectionStringBuilder(_connectionString).DataSource;
        return File.Exists(path) ? base.Probe() : throw new Refusal(ErrorCode.Unavailable, "The database's file is not where it was.");
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        foreach (var reader in _readers)
            reader.Dispose();
        SqliteConnection.ClearAllPools();
    }
}
