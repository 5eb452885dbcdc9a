namespace Parley.Server.Fanout;

/// <summary>
/// The changes that all channels together keep in memory, the oldest first. Each channel has a bound of its own; this one is for the
/// process, however many are online.
/// </summary>
internal sealed class RecentChanges(long bytesMax = RecentChanges.BytesMax)
{
    /// <summary>Bytes of frames, and what goes with them: some seconds at full speed.</summary>
    public const long BytesMax = 64 * 1024 * 1024;

    // The record, its lists and the places in two queues, about.
    private const int Around = 300;

    private readonly Lock _lock = new();
    private readonly Queue<(UserChannel Channel, Change Change)> _queue = new();
    private long _bytes;

    public long Bytes
    {
        get
        {
            lock (_lock)
                return _bytes;
        }
    }

    public void Add(UserChannel channel, Change change)
    {
        lock (_lock)
        {
            _queue.Enqueue((channel, change));
            _bytes += change.Frame!.Length + Around;
            while (_bytes > bytesMax && _queue.TryDequeue(out var oldest))
            {
                _bytes -= oldest.Change.Frame!.Length + Around;
                oldest.Channel.Forget(oldest.Change);
            }
        }
    }
}
