namespace Parley.Server.Sync;

/// <summary>
/// How fast the frames of one socket are read. A bucket like those of HTTP, but it makes its owner wait instead of refusing, and a
/// socket that is idle costs one number: no timer, no object.
/// </summary>
internal struct SocketPace
{
    /// <summary>Frames at once, and a second.</summary>
    public const int Burst = 1_000, PerSecond = 100;

    /// <summary>As many frames as a `hello` counts for: it is answered with all that is missing.</summary>
    public const int CostOfHello = 20;

    // The time up to which the frames so far are paid for.
    private TimeSpan _paid;

    /// <summary>Counts a frame; gives how long to wait before it is dealt with.</summary>
    public TimeSpan Take(int cost, TimeSpan now)
    {
        _paid = (_paid > now ? _paid : now) + TimeSpan.FromSeconds((double)cost / PerSecond);
        var ahead = _paid - now - TimeSpan.FromSeconds((double)Burst / PerSecond);
        return ahead > TimeSpan.Zero ? ahead : TimeSpan.Zero;
    }
}
