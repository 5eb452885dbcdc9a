using System.Globalization;
using Parley.Tests.Support;

namespace Parley.Tests.Simulation;

/// <summary>How many schedules a simulation plays: few in the daily run, and as many times more as PARLEY_SCHEDULES says.</summary>
internal static class Schedules
{
    private static readonly int Factor = int.TryParse(
        Environment.GetEnvironmentVariable("PARLEY_SCHEDULES"), NumberStyles.None, CultureInfo.InvariantCulture, out var factor) ? factor : 1;

    /// <summary>A third of them on PostgreSQL, which starts a process for each of a schedule's connections.</summary>
    public static int Times(int daily) => (TestEngine.IsPostgres ? (daily + 2) / 3 : daily) * Factor;
}
