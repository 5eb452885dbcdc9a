using System.Globalization;

namespace Parley.Bench;

/// <summary>What one run gave.</summary>
/// <param name="PerSecond">How many were done in a second.</param>
/// <param name="P50">Milliseconds that half of them took at most.</param>
/// <param name="P99">The same of 99 in 100.</param>
/// <param name="Most">The same of all.</param>
/// <param name="Server">Processor time for each, in µs: the servers'.</param>
/// <param name="Compiler">The part of it in which they were compiled anew.</param>
/// <param name="Database">PostgreSQL's.</param>
/// <param name="Bench">The bench's own.</param>
/// <param name="PeakMemory">The most memory that the servers have held since they were started, in MB.</param>
/// <param name="Others">How many processors everything else on the machine used: where that is much, figures are lower bounds.</param>
internal sealed record Measured(double PerSecond, double P50, double P99, double Most, double Server, double Compiler, double Database, double Bench, double PeakMemory, double Others)
{
    /// <summary>A run that took so long for each, in milliseconds, and used so much.</summary>
    public static Measured From(IEnumerable<double> took, Consumed used)
    {
        var sorted = took.Order().ToList();
        return new Measured(
            sorted.Count / used.Elapsed.TotalSeconds, Figures.Percentile(sorted, 50), Figures.Percentile(sorted, 99), sorted[^1],
            used.Server.TotalMicroseconds / sorted.Count, used.Compiler.TotalMicroseconds / sorted.Count,
            used.Database.TotalMicroseconds / sorted.Count, used.Bench.TotalMicroseconds / sorted.Count, used.PeakMemory / 1e6, used.Others);
    }

    /// <summary>What was used, to read. A server that runs already is told from everything else where its process is known.</summary>
    public string DescribeCost(Setting setting) => setting.Url is null || setting.UrlProcess is not null
        ? string.Create(CultureInfo.InvariantCulture, $"µs each: server {Server:0}, database {Database:0}, bench {Bench:0}; others used {Others:0.0} of {Environment.ProcessorCount} cores; the servers held {PeakMemory:0} MB at the most")
        : string.Create(CultureInfo.InvariantCulture, $"µs each: bench {Bench:0}; everything else on this machine, the server too if it is here, used {Others:0.0} of {Environment.ProcessorCount} cores");

    /// <summary>The middle of each figure.</summary>
    public static Measured MedianOf(IReadOnlyCollection<Measured> runs) => new(
        Figures.Median(runs, run => run.PerSecond), Figures.Median(runs, run => run.P50), Figures.Median(runs, run => run.P99),
        Figures.Median(runs, run => run.Most), Figures.Median(runs, run => run.Server), Figures.Median(runs, run => run.Compiler),
        Figures.Median(runs, run => run.Database), Figures.Median(runs, run => run.Bench), Figures.Median(runs, run => run.PeakMemory),
        Figures.Median(runs, run => run.Others));
}
