using System.CommandLine;

namespace Parley.Bench;

/// <summary>Reads the command line: a subcommand for each thing that is measured.</summary>
internal static class Program
{
    private static readonly Option<int> Nodes = new("--nodes") { Description = "server processes on one database; 1 without it", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> InFlight = new("--in-flight") { Description = "messages that are on their way at a time; 64 without it", DefaultValueFactory = _ => 64 };
    private static readonly Option<int> Pairs = new("--pairs") { Description = "pairs of people who talk, at most one for each message on its way; 100 without it", DefaultValueFactory = _ => 100 };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "how long a run takes; 10 without it", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> Runs = new("--runs") { Description = "how often it is measured; 3 without it", DefaultValueFactory = _ => 3 };
    private static readonly Option<FileInfo> Server = new("--server") { Description = "the published server, parley.dll", Required = true };
    private static readonly Option<string?> Database = new("--database") { Description = "a PostgreSQL's connection string; SQLite without it" };
    private static readonly Option<int?> DatabaseProcess = new("--database-process") { Description = "the number of its first process, on this machine" };
    private static readonly Option<DirectoryInfo?> DatabaseFolder = new("--database-folder") { Description = "where it keeps its tables" };
    private static readonly Option<bool> Cluster = new("--cluster") { Description = "the nodes know of each other, and the two of a pair are on different ones" };
    private static readonly Option<double> Users = new("--users") { Description = "millions of people; 10 without it", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> CrowdNodes = new("--nodes") { Description = "nodes; 100 without it", DefaultValueFactory = _ => 100 };
    private static readonly Option<int> Seed = new("--seed") { Description = "what chance begins with; 1 without it", DefaultValueFactory = _ => 1 };

    private static Task<int> Main(string[] args)
    {
        var sends = new Command("sends", "Durable messages a second, from one socket to another, as many as fit.")
        {
            Nodes, InFlight, Pairs, Seconds, Runs, Server, Database, DatabaseProcess, DatabaseFolder, Cluster,
        };
        sends.SetAction((parsed, _) => new Sends
        {
            Server = parsed.GetValue(Server)!.FullName,
            Nodes = parsed.GetValue(Nodes),
            InFlight = parsed.GetValue(InFlight),
            Pairs = Math.Min(parsed.GetValue(Pairs), parsed.GetValue(InFlight)),
            Duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
            Runs = parsed.GetValue(Runs),
            Database = parsed.GetValue(Database),
            DatabaseProcess = parsed.GetValue(DatabaseProcess),
            DatabaseFolder = parsed.GetValue(DatabaseFolder)?.FullName,
            IsCluster = parsed.GetValue(Cluster),
        }.Measure());
        var crowd = new Command("crowd", "What presence and fan-out cost each node of a large cluster: a simulation.") { Users, CrowdNodes, Seed };
        crowd.SetAction(parsed => Crowd.Simulate(parsed.GetValue(Users), parsed.GetValue(CrowdNodes), parsed.GetValue(Seed)));
        return new RootCommand("Measures Parley.") { sends, crowd }.Parse(args).InvokeAsync();
    }
}
