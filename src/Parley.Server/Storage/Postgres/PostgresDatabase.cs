using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;
using Polly;
using Polly.CircuitBreaker;

namespace Parley.Server.Storage.Postgres;

/// <summary>
/// The engine for more than one node: commands go through a writer (<see cref="PostgresWriter"/>) that shares a commit among all
/// that have gathered, under row locks, so that any number of nodes may write; reads and other statements have pools of their own.
/// </summary>
public sealed class PostgresDatabase : Database
{
    private const int AttemptsMax = 5;

    // Where most have waited in vain, one at a time goes on trying, and the others are refused at once. Else they would all connect anew, every
    // few seconds, and PostgreSQL would find hundreds of connections that were given up before the first that is wanted.
    private readonly ResiliencePipeline _breaker = new ResiliencePipelineBuilder()
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(PostgresFailures.IsInVain),
            FailureRatio = 0.5,
            MinimumThroughput = 2,
            SamplingDuration = TimeSpan.FromSeconds(5),
            BreakDuration = TimeSpan.FromMilliseconds(500),
        })
        .Build();

    private readonly PostgresSources _sources;
    private readonly ConnectionQueue _readers, _writers;
    private readonly PostgresWriter _writer;

    // By what is asked for, and whether it can wait.
    private readonly ConcurrentDictionary<(object Query, bool CanWait), object> _batchers = new();

    private PostgresDatabase(PostgresSources sources, string epoch, TimeProvider clock)
    {
        _sources = sources;
        (_readers, _writers) = (new ConnectionQueue(sources.ReaderCount, clock), new ConnectionQueue(PostgresSources.WriterCount, clock));
        Epoch = epoch;
        _writer = new PostgresWriter(sources, clock, set => Committed(set));
    }

    /// <inheritdoc/>
    public override string Epoch { get; }

    /// <summary>
    /// Opens the database, which must exist, and brings its schema up to date. Throws <see cref="ConfigurationException"/> where it
    /// must not start.
    /// </summary>
    public static PostgresDatabase Open(string connectionString, TimeProvider clock)
    {
        using var connection = PostgresStart.Connect(connectionString);
        var synchronousCommit = PostgresStart.Check(connection);
        PostgresTarget.RefuseUnfinished(connection);
        PostgresMigrations.Run(connection, connectionString);
        connection.Execute(
            "INSERT INTO meta (name, value) VALUES ('epoch', @epoch) ON CONFLICT (name) DO NOTHING",
            new { epoch = NewId.At(clock.GetUtcNow()).ToString() });
        var epoch = connection.QuerySingle<string>("SELECT value FROM meta WHERE name = 'epoch'");
        return new PostgresDatabase(new PostgresSources(connectionString, synchronousCommit), epoch, clock);
    }

    /// <summary>Brings the schema up to date, and gives the names of the scripts that were run.</summary>
    public static IReadOnlyList<string> Migrate(string connectionString)
    {
        using var connection = PostgresStart.Connect(connectionString);
        PostgresStart.Check(connection);
        return PostgresMigrations.Run(connection, connectionString);
    }

    /// <inheritdoc/>
    public override Task<T> Read<T>(Func<DbConnection, Task<T>> query) => Query(async connection =>
    {
        // One snapshot for all statements (S8). BEGIN travels with the first of them; the pool makes it read-only.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        return await query(connection);
    });

    /// <inheritdoc/>
    public override Task<T> ReadAtOnce<T>(Func<DbConnection, Task<T>> query) => Query(query);

    /// <inheritdoc/>
    internal override Task<IReadOnlyList<TRow>> Find<TKey, TRow>(KeyQuery<TKey, TRow> query, TKey key) =>
        Batcher(query, canWait: false).Find(key, CancellationToken.None);

    /// <inheritdoc/>
    internal override Task<IReadOnlyList<TRow>> FindLater<TKey, TRow>(KeyQuery<TKey, TRow> query, TKey key, CancellationToken stop) =>
        Batcher(query, canWait: true).Find(key, stop);

    /// <inheritdoc/>
    public override async Task<T> Write<T>(Func<DbConnection, Task<T>> work)
    {
        using var turn = await _writers.Take();
        for (var attempt = 1; ; attempt++)
        {
            var isCommitting = false;
            try
            {
                return await _breaker.ExecuteAsync(async token =>
                {
                    await using var connection = await _sources.Writers.OpenConnectionAsync(token);
                    await using var transaction = await connection.BeginTransactionAsync(token);
                    var result = await work(connection);
                    isCommitting = true;
                    await transaction.CommitAsync(token);
                    return result;
                });
            }
            catch (BrokenCircuitException error)
            {
                throw PostgresFailures.Unavailable(error);
            }
            catch (NpgsqlException error) when (isCommitting && PostgresFailures.IsConnectionLost(error))
            {
                throw PostgresFailures.Unknown();
            }
            catch (NpgsqlException error) when (attempt == 1 && IsStale(error))
            {
                _sources.Clear();
            }
            catch (NpgsqlException error) when (attempt < AttemptsMax && PostgresFailures.IsConflict(error))
            {
                // Others were faster. Their transactions are over now.
            }
            catch (NpgsqlException error) when (PostgresFailures.IsUnavailable(error))
            {
                throw PostgresFailures.Unavailable(error);
            }
        }
    }

    /// <inheritdoc/>
    public override Task<T> Execute<T>(Command<T> command) => _writer.Enqueue(new CommandJob<T>(command));

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _sources.DisposeAsync();
    }

    private QueryBatcher<TKey, TRow> Batcher<TKey, TRow>(KeyQuery<TKey, TRow> query, bool canWait)
        where TKey : notnull => (QueryBatcher<TKey, TRow>)_batchers.GetOrAdd(
            (query, canWait),
            static (_, asked) => new QueryBatcher<TKey, TRow>(
                asked.query, asked.canWait ? asked.query.Pause : TimeSpan.Zero, read => asked.database.Query(read, asked.canWait)),
            (database: this, query, canWait));

    private async Task<T> Query<T>(Func<NpgsqlConnection, Task<T>> query, bool canWait = false)
    {
        using var turn = await _readers.Take(canWait);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await _breaker.ExecuteAsync(async token =>
                {
                    await using var connection = await _sources.Readers.OpenConnectionAsync(token);
                    return await query(connection);
                });
            }
            catch (BrokenCircuitException error)
            {
                throw PostgresFailures.Unavailable(error);
            }
            catch (NpgsqlException error) when (attempt == 1 && IsStale(error))
            {
                _sources.Clear();
            }
            catch (NpgsqlException error) when (PostgresFailures.IsUnavailable(error))
            {
                throw PostgresFailures.Unavailable(error);
            }
        }
    }

    // A connection that died in the pool is found when it is used. What waited for an answer in vain must not wait again.
    private static bool IsStale(NpgsqlException error) =>
        PostgresFailures.IsConnectionLost(error) && !PostgresFailures.IsInVain(error);
}
