using System.Globalization;

namespace Parley.Bench;

/// <summary>
/// People in pairs, each with a socket. Each pair keeps a few messages on their way: the next one is sent when one has been
/// acknowledged and has come out of the other's socket. A ping a second says what has arrived, as the web app does.
/// </summary>
internal sealed class Sends
{
    // A person sends 40 messages a day, 2.5 times as many in the busiest hour; each message brings two marks, counted as if they cost as much.
    private const double PeoplePerMessage = 86_400 / (40 * 2.5) / 3;

    public required Setting Setting { get; init; }
    public required bool IsHttp { get; init; }
    public required Texts Texts { get; init; }
    public required int InFlight { get; init; }
    public required int PairCount { get; init; }
    public required TimeSpan Duration { get; init; }
    public required int Runs { get; init; }

    /// <summary>How many messages are in the database beforehand, and how many people.</summary>
    public required (long Messages, long People) Before { get; init; }

    /// <summary>Measures, and prints both lines.</summary>
    public async Task<int> Measure()
    {
        using var pairs = new Pairs(Setting, PairCount, IsHttp, Texts);
        return await Servers.Measure(Setting, servers => Measure(servers, pairs),
            Before == default ? null : database => pairs.Fill(database, Before.Messages, Before.People));
    }

    private async Task Measure(Servers servers, Pairs pairs)
    {
        await pairs.Open(servers.Addresses);
        var bytes = servers.BytesOnDisk;
        await WarmUp.Run(round => Run(servers, pairs.All, round));
        var runs = new List<Measured>();
        foreach (var _ in Progress.Count("run", Runs))
            runs.Add(await Run(servers, pairs.All, Duration));
        var sent = pairs.All.Sum(pair => pair.Sent);
        pairs.Dispose();
        await servers.Stop();
        Print(servers.RoundTrip, runs, (servers.BytesOnDisk - bytes) / sent);
    }

    private async Task<Measured> Run(Servers servers, IReadOnlyList<Pair> pairs, TimeSpan duration)
    {
        using var over = new CancellationTokenSource(duration);
        var end = Consumed.Begin(servers);
        // What does not divide evenly goes to the first pairs.
        var latencies = await Task.WhenAll(pairs.Select((pair, i) => pair.Talk((InFlight + PairCount - 1 - i) / PairCount, over.Token)));
        return Measured.From(latencies.SelectMany(list => list), end());
    }

    private void Print(double roundTrip, List<Measured> runs, long bytes)
    {
        var median = Measured.MedianOf(runs);
        var onDisk = Setting.Url is null ? string.Create(CultureInfo.InvariantCulture, $"; {bytes} bytes a message on disk") : "";
        // Reckoned for Parley: docs/scale.md.
        var people = Setting.IsXmpp
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $". That is what about {median.PerSecond * PeoplePerMessage:N0} people say in their busiest hour, without anything to spare: docs/scale.md");
        Figures.Print(
            roundTrip,
            new
            {
                bench = "sends",
                engine = Setting.Engine,
                nodes = Setting.Nodes,
                cluster = Setting.IsCluster,
                http = IsHttp,
                textBytes = Texts.Bytes,
                inFlight = InFlight,
                pairs = PairCount,
                messages = Before.Messages,
                people = Before.People,
                seconds = Duration.TotalSeconds,
                bytes,
                median,
                runs,
            },
            $"{Setting.Engine}, {Setting.Nodes} node(s), {InFlight} in flight: {median.PerSecond:N0} messages/s ({runs.Min(run => run.PerSecond):N0}–{runs.Max(run => run.PerSecond):N0}), p50 {median.P50:0.0} ms, p99 {median.P99:0.0} ms; {median.DescribeCost(Setting)}{onDisk}{people}");
    }
}
