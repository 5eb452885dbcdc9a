using System.Diagnostics;
using System.Threading.Channels;
using Parley.Protocol;
using Parley.Server.Telemetry;

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

    public Task<T> Enqueue<T>(Job<T> job) => Traces.Source.HasListeners() ? Trace(job) : Admit(job);

    private async Task<T> Trace<T>(Job<T> job)
    {
        using var span = Traces.Source.StartActivity(job.Name);
        job.Origin = span;
        try
        {
            return await Admit(job);
        }
        catch (Exception error) when (error is not Refusal)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }

    private Task<T> Admit<T>(Job<T> job)
    {
        if (!_jobs.Writer.TryWrite(job))
        {
            Metrics.WriterRefused.Add();
            throw new Refusal(ErrorCode.Unavailable, IsClosed
                ? "The server is stopping. Nothing was changed; try again in a moment."
                : "Too much is waiting to be written. Nothing was changed; try again in a moment.") { RetryAfter = 1 };
        }
        Metrics.WriterQueue.Add();
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
        Metrics.WriterQueue.Add(-batch.Count);
        Metrics.BatchSize.Record(batch.Count);
        return batch;
    }

    /// <summary>The span of a batch. It belongs to no request alone, so it links to the commands that it takes along.</summary>
    public static Activity? StartSpan(List<Job> batch) => Traces.Source.HasListeners()
        ? Traces.Source.StartActivity("batch", ActivityKind.Internal, default(ActivityContext), links:
            [.. batch.Where(job => job.Origin is not null).Select(job => new ActivityLink(job.Origin!.Context))])
        : null;

    /// <summary>Lets nobody in any more. Those who wait are still served.</summary>
    public void Close()
    {
        IsClosed = true;
        _jobs.Writer.TryComplete();
    }
}
