using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>
/// The door of this node for commands. A batch is one transaction: lock and read the rows, change them in memory, write them as whole
/// values with the COMMIT. The locks make it right beside other nodes, the memory makes it fast.
/// </summary>
internal sealed class PostgresWriter : IAsyncDisposable
{
    // Losing is rare, since locks are taken in order; each time, another node has won.
    private const int AttemptsMax = 5;

    private readonly Door _door = new();
    private readonly PostgresSources _sources;
    private readonly TimeProvider _clock;
    private readonly Action<WorkingSet> _committed;
    private readonly Task _loop;
    private bool _isReachable = true;

    public PostgresWriter(PostgresSources sources, TimeProvider clock, Action<WorkingSet> committed)
    {
        _sources = sources;
        _clock = clock;
        _committed = committed;
        _loop = Task.Run(Run);
    }

    public Task<T> Enqueue<T>(Job<T> job) => _door.Enqueue(job);

    public async ValueTask DisposeAsync()
    {
        _door.Close();
        await _loop;
    }

    private async Task Run()
    {
        while (await _door.Wait())
        {
            var batch = _door.Take();
            using var span = Door.StartSpan(batch);
            // Whoever stops the server does not wait for a database that is gone, batch by batch.
            if (_door.IsClosed && !_isReachable)
                Fail(batch, PostgresFailures.Unavailable(new NpgsqlException()));
            else
                await Commit(batch);
            foreach (var job in batch)
                job.Complete();
        }
    }

    private async Task Commit(IReadOnlyList<Job> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            var transaction = new PostgresTransaction(_sources.Batches, _clock);
            try
            {
                if (await transaction.Commit(batch) is { } set)
                {
                    _isReachable = true;
                    set.MarkCommitted();
                    _committed(set);
                    return;
                }
                if (attempt >= AttemptsMax)
                {
                    Fail(batch, PostgresFailures.Overtaken());
                    return;
                }
            }
            catch (NpgsqlException error) when (transaction.IsCommitting && PostgresFailures.IsConnectionLost(error))
            {
                _isReachable = false;
                Fail(batch, PostgresFailures.Unknown());
                return;
            }
            catch (NpgsqlException error) when (attempt == 1 && PostgresFailures.IsConnectionLost(error) && !PostgresFailures.IsInVain(error))
            {
                // It had died in the pool, and so has the rest of the pool.
                _sources.Clear();
            }
            catch (NpgsqlException error) when (attempt < AttemptsMax && PostgresFailures.IsConflict(error))
            {
                // Locked anew, the rows are those that the winner left.
            }
            catch (NpgsqlException error) when (PostgresFailures.IsUnavailable(error))
            {
                _isReachable = !PostgresFailures.IsConnectionLost(error);
                Fail(batch, PostgresFailures.Unavailable(error));
                return;
            }
            catch (Exception error) when (batch.Count == 1)
            {
                batch[0].Fail(error);
                return;
            }
            catch (Exception)
            {
                // One of them broke the batch. Halved again and again, only the culprit is left to fail.
                var half = batch.Count / 2;
                await Commit([.. batch.Take(half)]);
                await Commit([.. batch.Skip(half)]);
                return;
            }
        }
    }

    private static void Fail(IReadOnlyList<Job> batch, Exception error)
    {
        foreach (var job in batch)
            job.Fail(error);
    }
}
