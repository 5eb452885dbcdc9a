using System.Data.Common;
using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>
/// The pools of connections, with the settings that the contract rests on. Nobody waits for ever: not for a connection, a lock or
/// a statement, and the locks of a node that stands still are given back.
/// </summary>
internal sealed class PostgresSources : IAsyncDisposable
{
    /// <summary>Connections of one node for reading, unless the connection string says something else.</summary>
    private const int ReadersMax = 20;

    /// <summary>Connections of one node for statements in a transaction of their own.</summary>
    public const int WriterCount = 8;

    // Of batches two, so that a connection that is being closed does not keep the next batch waiting.
    private const int BatchesMax = 2;

    // Each longer than the one before: a lock held by a node that stands still comes free before others give up waiting for it, and
    // the server ends a statement by itself before the client breaks the connection.
    private const string Patience =
        "-c idle_in_transaction_session_timeout=4s -c lock_timeout=6s -c statement_timeout=8s " +
        "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c client_connection_check_interval=2s";

    private const int CommandSeconds = 10, CancelMilliseconds = 1_000, ConnectSeconds = 5;

    // The writer names every row by its key. Left to its estimates, the planner reads a whole table or hashes it sooner or later, and it
    // plans anew for each length of a list.
    private const string ByKey = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";

    /// <summary>
    /// <paramref name="synchronousCommit"/> is what was found, and found durable, at the start: every connection asks for it, so that nothing
    /// that is set for the server, the database or the user meanwhile weakens what is acknowledged (S12).
    /// </summary>
    public PostgresSources(string connectionString, string synchronousCommit)
    {
        var durable = $"-c synchronous_commit={synchronousCommit}";
        // The driver's builder writes down what was given, and knows a default for all else.
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        var isGiven = new DbConnectionStringBuilder { ConnectionString = given.ConnectionString }.ContainsKey("Maximum Pool Size");
        ReaderCount = isGiven ? given.MaxPoolSize : ReadersMax;
        Readers = Build(connectionString, ReaderCount, "parley reads", "-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read");
        Writers = Build(connectionString, WriterCount, "parley writes", durable);
        Batches = Build(connectionString, BatchesMax, "parley batches", $"{durable} {ByKey}");
        KeepThreads(ReaderCount + WriterCount + BatchesMax + PostgresAddress.MembershipMax);
    }

    /// <summary>Connections of <see cref="Readers"/>.</summary>
    public int ReaderCount { get; }

    /// <summary>For queries; PostgreSQL itself refuses to write on these.</summary>
    public NpgsqlDataSource Readers { get; }

    /// <summary>For statements in a transaction of their own.</summary>
    public NpgsqlDataSource Writers { get; }

    /// <summary>For the writer of commands.</summary>
    public NpgsqlDataSource Batches { get; }

    /// <summary>Forgets all idle connections: after the database was gone, they are dead.</summary>
    public void Clear()
    {
        Readers.Clear();
        Writers.Clear();
        Batches.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await Batches.DisposeAsync();
        await Writers.DisposeAsync();
        await Readers.DisposeAsync();
    }

    // Who gives up waiting for a PostgreSQL that stands still tells it so first, and the driver holds a thread of the pool until that is heard.
    // With as many threads as processors nothing else would get one for some ten seconds, and other nodes would take this one for dead.
    private static void KeepThreads(int connections)
    {
        ThreadPool.GetMinThreads(out var threads, out var completionPorts);
        ThreadPool.SetMinThreads(Math.Max(threads, connections + Environment.ProcessorCount), completionPorts);
    }

    private static NpgsqlDataSource Build(string connectionString, int max, string name, string options)
    {
        var source = new NpgsqlDataSourceBuilder(connectionString);
        // For metrics and traces, which would else name it by its host and user.
        source.Name = name;
        var settings = source.ConnectionStringBuilder;
        settings.MaxPoolSize = max;
        settings.MinPoolSize = Math.Min(settings.MinPoolSize, max);
        settings.ApplicationName ??= name;
        // What the operator says comes last, and counts.
        settings.Options = $"{Patience} {options} {settings.Options}".TrimEnd();
        settings.Timeout = ConnectSeconds;
        settings.CommandTimeout = CommandSeconds;
        settings.CancellationTimeout = CancelMilliseconds;
        settings.MaxAutoPrepare = 200;
        settings.AutoPrepareMinUsages = 2;
        // Nothing is ever set on a connection that the next one must not see.
        settings.NoResetOnClose = true;
        // Of several servers, the one that was away is asked again as soon as it may be back.
        settings.HostRecheckSeconds = 1;
        // Answers of a server that is not the primary would be older than what was acknowledged.
        return settings.Host?.Contains(',', StringComparison.Ordinal) == true
            ? source.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary)
            : source.Build();
    }
}
