using System.Threading.Channels;
using Parley.Protocol;

namespace Parley.Server.Storage;

/// <summary>
/// Where jobs wait for the writer. It takes whatever has gathered while the last transaction was being committed: no timers, one
/// job alone is committed at once, many share a flush of the disk.
/// </summary>
internal sealed class Door
{
    /// <summary>Jobs that may wait: about a second's work. Beyond it, whoever comes is sent away, not kept.</summary>
    internal const int WaitingMax = 10_000;

    /// <summary>Jobs that are committed together.</summary>
    internal const int BatchMax = 1_000;

    private readonly Channel<Job> _jobs = Channel.CreateBounded<Job>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });

    /// <summary>Whether no more jobs are let in.</summary>
    public bool IsClosed { get; private set; }

    public Task<T> Enqueue<T>(Job<T> job)
    {
        if (!_jobs.Writer.TryWrite(job))
        {
            throw new Refusal(ErrorCode.Unavailable, IsClosed
                ? "The server is stopping. Nothing was changed; try again in a moment."
                : "Too much is waiting to be written. Nothing was changed; try again in a moment.") { RetryAfter = 1 };
        }
        return job.Result;
    }

    /// <summary>Waits for a job; false when the door is closed and nobody waits any more.</summary>
    public ValueTask<bool> Wait() => _jobs.Reader.WaitToReadAsync();

    /// <summary>Takes a batch of those that wait.</summary>
    public List<Job> Take()
    {
        var batch = new List<Job>();
        while (batch.Count < BatchMax && _jobs.Reader.TryRead(out var job))
            batch.Add(job);
        return batch;
    }

    /// <summary>Lets nobody in any more. Those who wait are still served.</summary>
    public void Close()
    {
        IsClosed = true;
        _jobs.Writer.TryComplete();
    }
}
