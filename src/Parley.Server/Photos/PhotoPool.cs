using Parley.Protocol;
using Parley.Server.Telemetry;

namespace Parley.Server.Photos;

/// <summary>Decodes two images at a time, and lets only so many wait: each takes memory and a processor for a while.</summary>
internal sealed class PhotoPool : IDisposable
{
    private const int AtOnce = 2, WaitingMax = 16;

    private readonly SemaphoreSlim _places = new(AtOnce);
    private int _waiting;

    public async Task<PhotoImage> Decode(byte[] content, CancellationToken aborted)
    {
        if (Interlocked.Increment(ref _waiting) > WaitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            throw new Refusal(ErrorCode.Unavailable, "Too many photos are coming in right now. Try again in a moment.") { RetryAfter = 5 };
        }
        Metrics.PhotosQueue.Add();
        try
        {
            await _places.WaitAsync(aborted);
        }
        finally
        {
            Metrics.PhotosQueue.Add(-1);
            Interlocked.Decrement(ref _waiting);
        }
        try
        {
            return await Task.Run(() => PhotoImage.From(content), aborted);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();
}
