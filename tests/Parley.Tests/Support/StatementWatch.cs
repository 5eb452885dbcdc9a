using Parley.Server.Storage;

namespace Parley.Tests.Support;

/// <summary>Sees every statement that a server runs, whichever part of it runs it, and how the engine goes about it.</summary>
internal abstract class StatementWatch : IDisposable
{
    /// <summary>Begins to watch the database of this connection string, before a server opens it.</summary>
    public static StatementWatch Begin(string connectionString) =>
        TestEngine.IsPostgres ? new PostgresPlans(connectionString) : new SqliteTrace(connectionString);

    /// <summary>The connection string for the server, so that it is watched.</summary>
    public abstract string ConnectionString { get; }

    /// <summary>What was run so far, each text once.</summary>
    public abstract Task<List<SeenStatement>> Read(Database database);

    public abstract void Dispose();
}

/// <summary>A statement with each way in which it reads a table.</summary>
internal sealed record SeenStatement(string Sql, List<TableAccess> Accesses);

/// <summary>How a statement finds rows of a table.</summary>
/// <param name="Table">Its name in the schema.</param>
/// <param name="Condition">What an index is searched for, in the engine's words; null where all of the table, or of an index, is read.</param>
internal sealed record TableAccess(string Table, string? Condition);
