using Parley.Protocol;

namespace Parley.Server.Storage.Postgres;

/// <summary>
/// Where those wait who want a connection of a pool, in the order in which they came. So the pool itself never keeps anyone waiting, and a crowd is
/// not taken for a database that does not answer.
/// </summary>
internal sealed class ConnectionQueue(int count, TimeProvider clock)
{
    /// <summary>Nobody waits longer: the client has given up by then, or will soon.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _first = new(), _last = new();
    private int _free = count;

    /// <summary>Waits until a connection is free; what is returned gives it back.</summary>
    /// <param name="canWait">After all who cannot.</param>
    /// <exception cref="Refusal">None came free in time.</exception>
    public async ValueTask<Turn> Take(bool canWait = false)
    {
        if (Enter(canWait ? _last : _first) is { } turn)
            await Wait(turn);
        return new Turn(this);
    }

    /// <summary>Null where one is free.</summary>
    private TaskCompletionSource? Enter(Queue<TaskCompletionSource> queue)
    {
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return null;
            }
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            queue.Enqueue(turn);
            return turn;
        }
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

    /// <summary>The right to one connection, until it is disposed of.</summary>
    public readonly struct Turn(ConnectionQueue queue) : IDisposable
    {
        public void Dispose() => queue.Release();
    }
}
