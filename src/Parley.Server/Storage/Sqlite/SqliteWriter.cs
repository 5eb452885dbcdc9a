using Dapper;
using Microsoft.Data.Sqlite;
using Parley.Server.Telemetry;

namespace Parley.Server.Storage.Sqlite;

/// <summary>
/// The one door for writes: a thread that takes whatever has gathered while the last transaction was being committed, and commits
/// it together. No timers: one request alone is committed at once, many share a flush of the disk.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private readonly Door _door = new();
    private readonly SqliteConnection _connection;
    private readonly SqliteRows _rows;
    private readonly TimeProvider _clock;
    private readonly Action<WorkingSet> _committed;
    private readonly Thread _thread;

    public SqliteWriter(SqliteConnection connection, TimeProvider clock, Action<WorkingSet> committed)
    {
        _connection = connection;
        _rows = new SqliteRows(connection);
        _clock = clock;
        _committed = committed;
        _thread = new Thread(Run) { Name = "database writer", IsBackground = true };
        _thread.Start();
    }

    public Task<T> Enqueue<T>(Job<T> job) => _door.Enqueue(job);

    public async ValueTask DisposeAsync()
    {
        _door.Close();
        await Task.Run(_thread.Join);
        _rows.Dispose();
        await _connection.DisposeAsync();
    }

    private void Run()
    {
        while (_door.Wait().AsTask().GetAwaiter().GetResult())
        {
            var batch = _door.Take();
            using var span = Door.StartSpan(batch);
            if (!TryCommit(batch))
            {
                // One of them broke the batch: each gets a transaction of its own, and only the culprit fails.
                foreach (var job in batch)
                    TryCommit([job]);
            }
            foreach (var job in batch)
                job.Complete();
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
            using (Traces.Source.StartActivity("commit"))
                _connection.Execute("COMMIT TRANSACTION");
        }
        catch (Exception thrown)
        {
            RollBack();
            _rows.Forget();
            var error = thrown;
            if (error is SqliteException failure && SqliteFailures.IsUnavailable(failure))
                error = SqliteFailures.Unavailable(failure);
            else if (batch.Count > 1)
                return false;
            foreach (var job in batch)
                job.Fail(error);
            return true;
        }
        set.MarkCommitted();
        _rows.Keep(set);
        _committed(set);
        return true;
    }

    private void RunStatements(Job job)
    {
        if (job is not IStatements statements)
            return;
        _connection.Execute("SAVEPOINT job");
        statements.Run(_connection);
        _connection.Execute(job.HasFailed ? "ROLLBACK TO job; RELEASE job" : "RELEASE job");
    }

    private void RollBack()
    {
        // Some failures, a full disk among them, have rolled back already.
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0)
            _connection.Execute("ROLLBACK TRANSACTION");
    }
}
