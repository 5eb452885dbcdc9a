using System.Diagnostics;
using Parley.Client;

namespace Parley.Bench;

/// <summary>How soon a server that is started alone on an empty folder answers, and what memory it holds then.</summary>
internal sealed class Starts
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    public required Setting Setting { get; init; }
    public required int Times { get; init; }

    /// <summary>Measures, and prints both lines.</summary>
    public async Task<int> Measure()
    {
        var roundTrip = RoundTrip.Measure();
        var runs = new List<(double Answer, double Again, double Memory)>();
        using var http = new HttpClient();
        foreach (var _ in Progress.Count("start", Times))
        {
            var folder = Directory.CreateTempSubdirectory("parley-bench-");
            try
            {
                await using var server = new ServerProcess(Setting.Program, folder.FullName);
                var first = await Answer(server, http);
                await Task.Delay(Rest);
                var memory = server.Memory / 1e6;
                await server.Stop();
                runs.Add((first, await Answer(server, http), memory));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
        var (answer, again, held) = (Figures.Median(runs, run => run.Answer), Figures.Median(runs, run => run.Again), Figures.Median(runs, run => run.Memory));
        Figures.Print(
            roundTrip,
            new { bench = "start", times = Times, answer, again, memory = held },
            $"from its start to the first answer {answer:0} ms with an empty folder ({runs.Min(run => run.Answer):0}–{runs.Max(run => run.Answer):0}), {again:0} ms the second time; {held:0} MB five seconds later");
        return 0;
    }

    private static async Task<double> Answer(ServerProcess server, HttpClient http)
    {
        var began = Stopwatch.GetTimestamp();
        await server.Start();
        using var response = await http.GetAsync(new Uri(server.Address, "/api/health/ready"));
        response.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}
