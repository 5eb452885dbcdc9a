using Parley.Client;

namespace Parley.Bench;

/// <summary>
/// Everyone comes back at once after a kill -9, and has missed what was said in their thread while nobody listened. To a server that runs already and is
/// not started anew they come as after a cut of the network.
/// </summary>
internal sealed class Storm
{
    // The SDK's first wait is a random part of this.
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    public required Setting Setting { get; init; }
    public required int SocketCount { get; init; }
    public required int PeopleCount { get; init; }
    public required int Runs { get; init; }

    /// <summary>Measures, and prints both lines; fails when not all came to be in sync.</summary>
    public async Task<int> Measure()
    {
        using var sockets = new Sockets(SocketCount, PeopleCount);
        return await Servers.Measure(Setting, servers => Measure(servers, sockets), sockets.Fill);
    }

    private async Task Measure(Servers servers, Sockets sockets)
    {
        var runs = new List<Measured>();
        foreach (var _ in Progress.Count("run", Runs))
            runs.Add(await Once(servers, sockets));
        var median = Measured.MedianOf(runs);
        Figures.Print(
            servers.RoundTrip,
            new { bench = "storm", engine = Setting.Engine, nodes = Setting.Nodes, sockets = SocketCount, people = PeopleCount, awayHours = Setting.Away.TotalHours, after = Setting.Blow, median, runs },
            $"{Setting.Engine}, {Setting.Nodes} node(s), {SocketCount:N0} sockets of {PeopleCount:N0} people come back after {Setting.Blow}: {(Setting.Url is null ? "from listening until " : "")}in sync p50 {median.P50 / 1e3:0.0} s, all {median.Most / 1e3:0.0} s ({runs.Min(run => run.Most) / 1e3:0.0}–{runs.Max(run => run.Most) / 1e3:0.0}); {median.DescribeCost(Setting)}");
    }

    private static async Task<Measured> Once(Servers servers, Sockets sockets)
    {
        using var api = new Api(servers.Addresses[0]);
        var epoch = (await api.Bootstrap(sockets.Anyone)).Epoch;
        await sockets.Say(api);
        await servers.Crash();
        var end = Consumed.Begin(servers);
        var measured = Measured.From(await sockets.Connect(servers, epoch, FirstWait), end());
        sockets.Close();
        return measured;
    }
}
