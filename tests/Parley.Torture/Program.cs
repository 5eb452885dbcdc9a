using System.CommandLine;
using System.Globalization;
using Parley.Torture.Cluster;

namespace Parley.Torture;

/// <summary>Reads the command line; the exit code is 0 (nothing lost, doubled, reordered or made up), 1 (something was) or 2 (it could not be tried).</summary>
internal static class Program
{
    private static readonly Option<double> Minutes = new("--minutes") { Description = "how long people talk under faults; 30 without it", DefaultValueFactory = _ => 30 };
    private static readonly Option<int> Seed = new("--seed") { Description = "what chance begins with; without it the time", DefaultValueFactory = _ => (int)(DateTimeOffset.UtcNow.ToUnixTimeSeconds() % 1_000_000) };
    private static readonly Option<double> Gap = new("--gap") { Description = "seconds between two faults, on average; 8 without it", DefaultValueFactory = _ => 8 };
    private static readonly Option<int> Nodes = new("--nodes") { Description = "how many nodes; 3 without it", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> People = new("--people") { Description = "how many people talk; 32 without it", DefaultValueFactory = _ => 32 };
    private static readonly Option<int> Pace = new("--pace") { Description = "milliseconds that a person waits in a thread between two acts, on average; 300 without it", DefaultValueFactory = _ => 300 };
    private static readonly Option<DirectoryInfo> Root = new("--root") { Description = "the folder of the clone", Required = true };
    private static readonly Option<FileInfo?> ReportFile = new("--report") { Description = "a file for the counts of what held, as JSON" };
    private static readonly Option<FileInfo> Server = new("--server") { Description = "the published server, parley.dll", Required = true };

    // The parser's own ways swallow cancellations, which a timeout is one of, and end the process without its cleaning up.
    private static async Task<int> Explain(ParseResult parsed)
    {
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"The run could not be finished. {error}");
            return 2;
        }
    }

    private static Task<int> Main(string[] args)
    {
        if (args is ["client", var world, var journal, var part, var parts, var isQuiet])
        {
            return ClientProgram.Run(
                world, journal, int.Parse(part, CultureInfo.InvariantCulture), int.Parse(parts, CultureInfo.InvariantCulture), bool.Parse(isQuiet));
        }
        var root = new RootCommand("Lets people talk while server, clients, network, disk and clock fail, and compares what they were told with what is there.")
        {
            Minutes, Seed, Gap, Server, ReportFile,
        };
        var cluster = new Command("cluster", "Nodes, a balancer and PostgreSQL, all of which fail while people talk.") { Minutes, Seed, Gap, Nodes, People, Pace, Server, Root, ReportFile };
        cluster.SetAction(parsed => new ClusterRun(
            ReadOptions(parsed) with { Nodes = parsed.GetValue(Nodes), People = parsed.GetValue(People), Pace = parsed.GetValue(Pace) },
            parsed.GetValue(Root)!.FullName).Talk());
        root.Subcommands.Add(cluster);
        root.SetAction(parsed => new Run(ReadOptions(parsed)).Talk());
        return Explain(root.Parse(args));
    }

    private static Options ReadOptions(ParseResult parsed) => new()
    {
        Server = parsed.GetValue(Server)!.FullName,
        Seed = parsed.GetValue(Seed),
        Duration = TimeSpan.FromMinutes(parsed.GetValue(Minutes)),
        Gap = TimeSpan.FromSeconds(parsed.GetValue(Gap)),
        Report = parsed.GetValue(ReportFile),
    };
}
