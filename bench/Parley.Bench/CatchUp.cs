using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Bench;

/// <summary>Someone with 10,000 threads comes back after 200 of them have changed: from the first byte of the connection until in sync.</summary>
internal sealed class CatchUp
{
    /// <summary>How many of the threads change.</summary>
    public const int Changed = 200;

    private const int WarmUp = 20;

    public required Setting Setting { get; init; }

    /// <summary>How many threads they have.</summary>
    public required int Threads { get; init; }

    public required int Times { get; init; }

    /// <summary>Measures, and prints both lines.</summary>
    public Task<int> Measure()
    {
        IReadOnlyList<Talk> talks = [];
        return Servers.Measure(Setting, servers => Measure(servers, talks), async population => talks = await population.AddStar(Threads));
    }

    private async Task Measure(Servers servers, IReadOnlyList<Talk> talks)
    {
        using var api = new Api(servers.Addresses[0]);
        var person = talks[0].Receiver;
        var before = await api.Bootstrap(person);
        for (var i = 0; i < Changed; i++)
        {
            // All over the list.
            var talk = talks[i * (Threads / Changed)];
            await api.Send(talk.Sender, talk.Thread, Guid.CreateVersion7().ToString(), "Are you there?");
        }
        // What the server still has in memory of these changes is not what someone who was away finds; one that stays as it is has the latest 64 of them.
        await servers.Restart();
        var hello = new { type = "hello", epoch = before.Epoch, version = before.Version };
        var runs = new List<(double Connected, double InSync, long Bytes, int Frames)>();
        foreach (var i in Progress.Count("time", WarmUp + Times))
        {
            var run = await Once(servers.Addresses[0], person, hello, before.Version);
            if (i >= WarmUp)
                runs.Add(run);
        }
        var times = runs.Select(run => run.InSync).Order().ToList();
        var connecting = Figures.Median(runs, run => run.Connected);
        var (_, _, bytes, frames) = runs[0];
        var (p50, p99) = (Figures.Percentile(times, 50), Figures.Percentile(times, 99));
        Figures.Print(
            servers.RoundTrip,
            new { bench = "catch-up", engine = Setting.Engine, threads = Threads, changed = Changed, times = Times, p50, p99, connecting, bytes, frames },
            $"{Setting.Engine}, {Changed} of {Threads:N0} threads changed: in sync p50 {p50:0.0} ms, p99 {p99:0.0} ms after the connection began ({connecting:0.0} ms until it stood), {frames} frame(s), {bytes:N0} bytes");
    }

    private static async Task<(double Connected, double InSync, long Bytes, int Frames)> Once(Uri server, Person person, object hello, long version)
    {
        var began = Stopwatch.GetTimestamp();
        using var connection = await Connection.Open(server, person, hello, CancellationToken.None);
        var connected = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        var (target, bytes, frames) = (long.MaxValue, 0L, 0);
        while (version < target)
        {
            var (type, frame) = await connection.Read(CancellationToken.None);
            if (type == "welcome")
            {
                target = JsonSerializer.Deserialize(frame.Span, WireJson.Wire.WelcomeFrame)!.Version;
            }
            else if (type == "changes")
            {
                (bytes, frames) = (bytes + frame.Length, frames + 1);
                version = JsonSerializer.Deserialize(frame.Span, WireJson.Wire.ChangesFrame)!.To;
            }
            else if (type == "reset")
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{Changed} changed threads were too many to catch up with."));
            }
        }
        return (connected, Stopwatch.GetElapsedTime(began).TotalMilliseconds, bytes, frames);
    }
}
