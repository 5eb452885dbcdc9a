namespace Parley.Bench;

/// <summary>
/// Lasts until the server is as fast as it becomes: what runs often is compiled anew, which takes the longer, the less of the processors is left for
/// it. A server that many people have just signed up at is done in seconds, a full one that was started a moment ago in half a minute.
/// </summary>
internal static class WarmUp
{
    private const int RoundsMax = 8, RoundsWithoutGain = 2;

    // Of the processors' time for each.
    private const double Gain = 0.05;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    /// <summary>Does what is measured in rounds, until the server's work for each gets no cheaper.</summary>
    public static async Task Run(Func<TimeSpan, Task<Measured>> measure)
    {
        var (best, without) = (double.PositiveInfinity, 0);
        for (var i = 0; i < RoundsMax && without < RoundsWithoutGain; i++)
        {
            var now = (await measure(Round)).Server;
            without = now < best * (1 - Gain) ? 0 : without + 1;
            best = Math.Min(best, now);
        }
    }
}
