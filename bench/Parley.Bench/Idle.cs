using System.Globalization;
using Parley.Client;

namespace Parley.Bench;

/// <summary>Sockets on which nothing is said: what each costs a server's memory.</summary>
internal sealed class Idle
{
    // Each pings every 20 s: once before, since the first ping is more work and what runs often is compiled meanwhile, and once that counts.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(20);

    public required Setting Setting { get; init; }
    public required int SocketCount { get; init; }
    public required int PeopleCount { get; init; }
    public required int PerSecond { get; init; }
    public required int Runs { get; init; }

    /// <summary>Measures, and prints both lines.</summary>
    public async Task<int> Measure()
    {
        using var sockets = new Sockets(SocketCount, PeopleCount);
        return await Servers.Measure(Setting, servers => Measure(servers, sockets), sockets.Fill);
    }

    private async Task Measure(Servers servers, Sockets sockets)
    {
        var runs = new List<Run>();
        var before = 0L;
        using var api = new Api(servers.Addresses[0]);
        foreach (var i in Progress.Count("run", Runs))
        {
            if (i > 0)
                await servers.Restart();
            var epoch = (await api.Bootstrap(sockets.Anyone)).Epoch;
            // A server that runs already stays what it is: all its runs are held against what it was before the first.
            if (i == 0 || Setting.Url is null)
                before = servers.Memory;
            runs.Add(await Once(servers, sockets, epoch, before));
        }
        var median = new Run(
            Figures.Median(runs, run => run.Bytes), Figures.Median(runs, run => run.Connecting), Figures.Median(runs, run => run.Idle), Figures.Median(runs, run => run.Others));
        Figures.Print(
            servers.RoundTrip,
            new { bench = "idle", engine = Setting.Engine, sockets = SocketCount, people = PeopleCount, perSecond = PerSecond, median, runs },
            $"{Setting.Engine}, {SocketCount:N0} idle sockets of {PeopleCount:N0} people, {PerSecond:N0} new ones a second: {Describe(runs, median)}; others used {median.Others:0.0} of {Environment.ProcessorCount} cores");
    }

    // Of a server that runs already nothing is known but by its process.
    private string Describe(List<Run> runs, Run median) => Setting.Url is not null && Setting.UrlProcess is null
        ? "connected; what they cost the server is known where --url-process names its process"
        : string.Create(CultureInfo.InvariantCulture, $"{median.Bytes / 1e3:0.0} kB of the server's memory each ({runs.Min(run => run.Bytes) / 1e3:0.0}–{runs.Max(run => run.Bytes) / 1e3:0.0}); {median.Connecting:0} µs of server and database to connect one, then {median.Idle:0.0} % of a core for all");

    private async Task<Run> Once(Servers servers, Sockets sockets, string epoch, long before)
    {
        var endOfConnecting = Consumed.Begin(servers);
        await sockets.Connect(servers, epoch, within: TimeSpan.FromSeconds((double)SocketCount / PerSecond));
        var connecting = endOfConnecting();
        await Task.Delay(Rest);
        var endOfIdling = Consumed.Begin(servers);
        await Task.Delay(Rest);
        var (idling, bytes) = (endOfIdling(), servers.Memory - before);
        sockets.Close();
        return new Run(
            (double)bytes / SocketCount, (connecting.Server + connecting.Database).TotalMicroseconds / SocketCount, 100 * (idling.Server + idling.Database) / idling.Elapsed, idling.Others);
    }

    /// <summary>What one run gave.</summary>
    /// <param name="Bytes">The memory by which the server grew, for each socket.</param>
    /// <param name="Connecting">Processor time of server and database to connect one, in µs.</param>
    /// <param name="Idle">What both used while all were connected and nothing was said, in per cent of a processor.</param>
    /// <param name="Others">How many processors everything else on the machine used meanwhile.</param>
    private sealed record Run(double Bytes, double Connecting, double Idle, double Others);
}
