using System.Diagnostics;

namespace Parley.Bench;

/// <summary>
/// Messages at a given rate, at moments of chance (Poisson), whether or not those before have arrived: an open loop. Each is counted from the moment
/// at which it was to be sent, so that what waits behind a slow one is not forgotten ("coordinated omission").
/// </summary>
internal sealed class Latency
{
    public required Setting Setting { get; init; }
    public required bool IsHttp { get; init; }
    public required Texts Texts { get; init; }
    public required int PerSecond { get; init; }
    public required int PairCount { get; init; }
    public required TimeSpan Duration { get; init; }
    public required int Runs { get; init; }

    /// <summary>Measures, and prints both lines.</summary>
    public async Task<int> Measure()
    {
        using var pairs = new Pairs(Setting, PairCount, IsHttp, Texts);
        return await Servers.Measure(Setting, async servers =>
        {
            await pairs.Open(servers.Addresses);
            await WarmUp.Run(round => Run(servers, pairs.All, round, seed: 0));
            var runs = new List<Measured>();
            foreach (var i in Progress.Count("run", Runs))
                runs.Add(await Run(servers, pairs.All, Duration, seed: i + 1));
            Print(servers.RoundTrip, runs);
        });
    }

    private async Task<Measured> Run(Servers servers, IReadOnlyList<Pair> pairs, TimeSpan duration, int seed)
    {
        var end = Consumed.Begin(servers);
        var sends = new List<Task<double>>();
        // A thread of its own: what comes after an await would wait for a thread of the pool.
        await Task.Factory.StartNew(() => SendAll(pairs, duration, new Random(seed), sends), TaskCreationOptions.LongRunning);
        var took = await Task.WhenAll(sends);
        return Measured.From(took, end());
    }

    private void SendAll(IReadOnlyList<Pair> pairs, TimeSpan duration, Random chance, List<Task<double>> sends)
    {
        var began = Stopwatch.GetTimestamp();
        for (var at = 0.0; at < duration.TotalSeconds; at -= Math.Log(1 - chance.NextDouble()) / PerSecond)
        {
            var moment = began + (long)(at * Stopwatch.Frequency);
            Metronome.WaitUntil(moment);
            var pair = pairs[chance.Next(pairs.Count)];
            sends.Add(Task.Run(() => pair.Send(moment)));
        }
    }

    private void Print(double roundTrip, List<Measured> runs)
    {
        var median = Measured.MedianOf(runs);
        Figures.Print(
            roundTrip,
            new { bench = "latency", engine = Setting.Engine, nodes = Setting.Nodes, cluster = Setting.IsCluster, http = IsHttp, textBytes = Texts.Bytes, perSecond = PerSecond, pairs = PairCount, seconds = Duration.TotalSeconds, median, runs },
            $"{Setting.Engine}, {Setting.Nodes} node(s), {PerSecond:N0} messages/s at moments of chance: p50 {median.P50:0.00} ms, p99 {median.P99:0.00} ms ({runs.Min(run => run.P99):0.00}–{runs.Max(run => run.P99):0.00}), most {median.Most:0.0} ms; {median.DescribeCost(Setting)}");
    }
}
