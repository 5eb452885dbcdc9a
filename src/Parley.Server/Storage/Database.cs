using System.Data.Common;
using System.Globalization;
using Dapper;

namespace Parley.Server.Storage;

/// <summary>
/// The seam to the engine. Reads see one snapshot each (S8); every write is on disk when its task completes (S12).
/// </summary>
public abstract class Database : IAsyncDisposable
{
    /// <summary>Which life of the database the versions belong to (S7).</summary>
    public abstract string Epoch { get; }

    /// <summary>
    /// Called after each commit of commands, in the order of commits, with the rows as they were committed. It must return fast,
    /// must not throw, and must not change them.
    /// </summary>
    public Action<WorkingSet> Committed { get; set; } = static _ => { };

    /// <summary>Runs queries on one snapshot of the database. The connection is not to be kept.</summary>
    public abstract Task<T> Read<T>(Func<DbConnection, Task<T>> query);

    /// <summary>
    /// <see cref="Read"/> for a single command, of one statement or several, as most reads are: PostgreSQL gives it a snapshot by itself, and is
    /// asked once instead of twice. A second command would see another moment.
    /// </summary>
    public virtual Task<T> ReadAtOnce<T>(Func<DbConnection, Task<T>> query) => Read(query);

    /// <summary>The rows of a key. Where many ask at once, PostgreSQL is asked for all of them together.</summary>
    internal virtual Task<IReadOnlyList<TRow>> Find<TKey, TRow>(KeyQuery<TKey, TRow> query, TKey key)
        where TKey : notnull => ReadAtOnce(connection => query.ReadOne(connection, key));

    /// <summary>
    /// The same for what can wait: where there are not enough connections, all else goes first. Throws <see cref="OperationCanceledException"/>
    /// where nobody wants the answer any more when its turn comes.
    /// </summary>
    internal virtual Task<IReadOnlyList<TRow>> FindLater<TKey, TRow>(KeyQuery<TKey, TRow> query, TKey key, CancellationToken stop)
        where TKey : notnull => Find(query, key);

    /// <summary>
    /// Runs statements in a transaction that is rolled back if they throw. For what is not conversation state: accounts, sessions,
    /// photos. Nothing but the connection may be awaited inside; the writer waits for it.
    /// </summary>
    public abstract Task<T> Write<T>(Func<DbConnection, Task<T>> work);

    /// <summary>Runs a change of conversation state, together with whatever else has gathered at the door.</summary>
    public abstract Task<T> Execute<T>(Command<T> command);

    /// <summary>Reads a row and writes one, on the ways that requests take: it throws, or hangs, where they would.</summary>
    public virtual async Task Probe()
    {
        await Read(connection => connection.QuerySingleAsync<string>("SELECT value FROM meta WHERE name = 'epoch'"));
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        await Write(connection => connection.ExecuteAsync("""
            INSERT INTO meta (name, value) VALUES ('probe', @now) ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """, new { now }));
    }

    /// <summary>Finishes what was begun, then closes.</summary>
    public abstract ValueTask DisposeAsync();
}
