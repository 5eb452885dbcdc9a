using System.Globalization;

namespace Parley.Tests.Simulation;

/// <summary>How many schedules a simulation plays: few in the daily run, and as many times more as PARLEY_SCHEDULES says.</summary>
internal static class Schedules
{
    private static readonly int Factor = int.TryParse(
        Environment.GetEnvironmentVariable("PARLEY_SCHEDULES"), NumberStyles.None, CultureInfo.InvariantCulture, out var factor) ? factor : 1;

    public static int Times(int daily) => daily * Factor;
}
