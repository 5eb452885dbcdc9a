using Parley.Protocol;

namespace Parley.Server.Storage.Postgres;

/// <summary>
/// Where those wait who want a connection of a pool, in the order in which they came. So the pool itself never keeps anyone waiting, and a crowd is
/// not taken for a database that does not answer.
/// </summary>
internal sealed class Places(int count, TimeProvider clock)
{
    /// <summary>Nobody waits longer: the client has given up by then, or will soon.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _first = new(), _last = new();
    private int _free = count;

    /// <summary>Does something that takes a connection.</summary>
    /// <exception cref="Refusal">None came free in time.</exception>
    public Task<T> Use<T>(Func<Task<T>> work) => Use(work, _first);

    /// <summary>The same when nobody else waits.</summary>
    /// <exception cref="Refusal">None came free in time.</exception>
    public Task<T> UseLater<T>(Func<Task<T>> work) => Use(work, _last);

    private async Task<T> Use<T>(Func<Task<T>> work, Queue<TaskCompletionSource> queue)
    {
        await Take(queue);
        try
        {
            return await work();
        }
        finally
        {
            Release();
        }
    }

    private Task Take(Queue<TaskCompletionSource> queue)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return Task.CompletedTask;
            }
            queue.Enqueue(turn);
        }
        return Wait(turn);
    }

    private async Task Wait(TaskCompletionSource turn)
    {
        try
        {
            await turn.Task.WaitAsync(Patience, clock);
        }
        catch (TimeoutException) when (turn.TrySetCanceled())
        {
            throw new Refusal(ErrorCode.Unavailable, "Too many ask at once. Nothing was changed; try again in a moment.") { RetryAfter = 1 };
        }
        catch (TimeoutException)
        {
            // Its turn came at the same moment.
        }
    }

    private void Release()
    {
        lock (_gate)
        {
            while (_first.TryDequeue(out var next) || _last.TryDequeue(out next))
            {
                if (next.TrySetResult())
                    return;
            }
            _free++;
        }
    }
}
