using System.Collections.Concurrent;
using System.Diagnostics;

namespace Parley.Bench;

/// <summary>
/// Two people, one of whom talks to the other. Messages are numbered from 1, and what carries one is read for its number alone: to read all of it
/// would cost more than the server takes.
/// </summary>
/// <param name="passes">How many things must be heard of a message until it has arrived.</param>
/// <param name="texts">What is said.</param>
internal abstract class Pair(int passes, Texts texts) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<long, Way> _ways = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _stop = new();
    private long _sent;

    /// <summary>How many messages were sent.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Says when it is over.</summary>
    protected CancellationToken Stopped => _stop.Token;

    /// <summary>Keeps so many messages on their way until it is over; gives the milliseconds that each took.</summary>
    public async Task<List<double>> Talk(int inFlight, CancellationToken over)
    {
        var took = new List<double>();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
        {
            while (!over.IsCancellationRequested)
            {
                var millis = await Send(Stopwatch.GetTimestamp());
                lock (took)
                    took.Add(millis);
            }
        }));
        return took;
    }

    /// <summary>Sends a message; gives the milliseconds from a moment of the steady clock until it had arrived.</summary>
    public async Task<double> Send(long since)
    {
        var way = new Way(passes);
        await SendInOrder(way);
        await way.Ended.WaitAsync(Patience, CancellationToken.None);
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    public void Dispose()
    {
        _stop.Cancel();
        Close();
    }

    /// <summary>Sends the message of a number.</summary>
    protected abstract Task Say(long number, string text);

    /// <summary>Closes what is open.</summary>
    protected abstract void Close();

    /// <summary>Something was heard of a message.</summary>
    protected void Pass(long number)
    {
        if (_ways.TryGetValue(number, out var way) && way.Pass())
            _ways.TryRemove(number, out _);
    }

    /// <summary>Reads until it is over; what else ends it fails all messages on their way.</summary>
    protected async Task Read(Func<Task> read)
    {
        try
        {
            await read();
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // It is over.
        }
        catch (Exception error)
        {
            foreach (var way in _ways.Values)
                way.Fail(error);
        }
    }

    private async Task SendInOrder(Way way)
    {
        await _sending.WaitAsync();
        try
        {
            _ways[++_sent] = way;
            await Say(_sent, texts.Next());
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>A message on its way.</summary>
    private sealed class Way(int passes)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _passed;

        public Task Ended => _ended.Task;

        public bool Pass()
        {
            if (Interlocked.Increment(ref _passed) < passes)
                return false;
            _ended.TrySetResult();
            return true;
        }

        public void Fail(Exception error) => _ended.TrySetException(error);
    }
}
