using System.Threading.Channels;
using Dapper;
using Microsoft.Data.Sqlite;
using Parley.Protocol;

namespace Parley.Server.Storage.Sqlite;

/// <summary>
/// The one door for writes: a thread that takes whatever has gathered while the last transaction was being committed, and commits
/// it together. No timers: one request alone is committed at once, many share a flush of the disk.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    /// <summary>Jobs that may wait: about a second's work. Beyond it, whoever comes is sent away, not kept.</summary>
    internal const int WaitingMax = 10_000;

    private const int BatchMax = 1_000;

    private readonly Channel<Job> _door = Channel.CreateBounded<Job>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });
    private readonly SqliteConnection _connection;
    private readonly SqliteRows _rows;
    private readonly TimeProvider _clock;
    private readonly Action<WorkingSet> _committed;
    private readonly Thread _thread;
    private volatile bool _isStopping;

    public SqliteWriter(SqliteConnection connection, TimeProvider clock, Action<WorkingSet> committed)
    {
        _connection = connection;
        _rows = new SqliteRows(connection);
        _clock = clock;
        _committed = committed;
        _thread = new Thread(Run) { Name = "database writer", IsBackground = true };
        _thread.Start();
    }

    public Task<T> Enqueue<T>(Job<T> job)
    {
        if (!_door.Writer.TryWrite(job))
        {
            throw new Refusal(ErrorCode.Unavailable, _isStopping
                ? "The server is stopping. Nothing was changed; try again in a moment."
                : "Too much is waiting to be written. Nothing was changed; try again in a moment.") { RetryAfter = 1 };
        }
        return job.Result;
    }

    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        _door.Writer.TryComplete();
        await Task.Run(_thread.Join);
        _rows.Dispose();
        await _connection.DisposeAsync();
    }

    private void Run()
    {
        var batch = new List<Job>(BatchMax);
        while (_door.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < BatchMax && _door.Reader.TryRead(out var job))
                batch.Add(job);
            if (!TryCommit(batch))
            {
                // One of them broke the batch: each gets a transaction of its own, and only the culprit fails.
                foreach (var job in batch)
                    TryCommit([job]);
            }
            foreach (var job in batch)
                job.Complete();
            batch.Clear();
        }
    }

    /// <summary>False when the jobs were rolled back together and should be tried one by one.</summary>
    private bool TryCommit(List<Job> batch)
    {
        var set = new WorkingSet(_clock.GetUtcNow());
        try
        {
            _connection.Execute("BEGIN IMMEDIATE");
            var needs = new Needs();
            foreach (var job in batch)
                job.Need(needs);
            _rows.Load(needs, set);
            foreach (var job in batch)
                job.Execute(set);
            _rows.LoadMessages(set.FindMissingLastMessages(), set);
            _rows.Save(set);
            foreach (var job in batch)
                RunStatements(job);
            _connection.Execute("COMMIT TRANSACTION");
        }
        catch (Exception thrown)
        {
            RollBack();
            var error = thrown;
            if (error is SqliteException failure && SqliteFailures.IsUnavailable(failure))
                error = SqliteFailures.Unavailable(failure);
            else if (batch.Count > 1)
                return false;
            foreach (var job in batch)
                job.Fail(error);
            return true;
        }
        _committed(set);
        return true;
    }

    private void RunStatements(Job job)
    {
        if (!job.HasStatements)
            return;
        _connection.Execute("SAVEPOINT job");
        job.RunStatements(_connection);
        _connection.Execute(job.HasFailed ? "ROLLBACK TO job; RELEASE job" : "RELEASE job");
    }

    private void RollBack()
    {
        // Some failures, a full disk among them, have rolled back already.
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0)
            _connection.Execute("ROLLBACK TRANSACTION");
    }
}
