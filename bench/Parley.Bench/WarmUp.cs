namespace Parley.Bench;

/// <summary>
/// Lasts until the server is as fast as it becomes: what runs often is compiled anew, which takes the longer, the less of the processors is left for
/// it. A server that many people have just signed up at is done in seconds, a full one that was started a moment ago in half a minute, two in a
/// cluster in a minute.
/// </summary>
internal static class WarmUp
{
    private const int RoundsMin = 3, RoundsMax = 16;

    // Of the servers' time, for compiling; of one that runs already it is not known.
    private const double Compiling = 0.03;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    /// <summary>Does what is measured in rounds until little is compiled any more.</summary>
    public static async Task Run(Func<TimeSpan, Task<Measured>> measure)
    {
        var share = 1.0;
        foreach (var i in Progress.Count("round to warm up", RoundsMax))
        {
            if (i >= RoundsMin && share <= Compiling)
                break;
            var round = await measure(Round);
            share = round.Server > 0 ? round.Compiler / round.Server : 0;
        }
    }
}
