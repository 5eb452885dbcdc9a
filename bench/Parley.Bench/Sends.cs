using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Parley.Client;

namespace Parley.Bench;

/// <summary>
/// People in pairs, each with a socket. Each pair keeps a few messages on their way: the next one is sent when one has been
/// acknowledged and has come out of the other's socket. A ping a second says what has arrived, as the web app does.
/// </summary>
internal sealed class Sends
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    public required string Server { get; init; }
    public required int Nodes { get; init; }
    public required int InFlight { get; init; }
    public required int Pairs { get; init; }
    public required TimeSpan Duration { get; init; }
    public required int Runs { get; init; }
    public required string? Database { get; init; }
    public required int? DatabaseProcess { get; init; }
    public required string? DatabaseFolder { get; init; }
    public required bool IsCluster { get; init; }

    /// <summary>Starts the servers, measures, prints a line of JSON and one to read.</summary>
    public async Task<int> Measure()
    {
        if (Nodes > 1 && Database is null)
        {
            await Console.Error.WriteLineAsync("Several nodes need a PostgreSQL: add --database, or --engine postgres to bin/bench.");
            return 2;
        }
        var folder = Directory.CreateTempSubdirectory("parley-bench-");
        var servers = Enumerable.Range(0, Nodes).Select(node => new ServerProcess(Server, Path.Combine(folder.FullName, $"node{node}"), Flags())).ToList();
        // Also when the bench is stopped half-way.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => servers.ForEach(server => server.Kill());
        try
        {
            foreach (var server in servers)
                await server.Start();
            var pairs = await SignUp(servers);
            var tables = DatabaseFolder ?? folder.FullName;
            var bytes = SizeOf(tables);
            await Run(servers, pairs, WarmUp);
            var runs = new List<SendsRun>();
            for (var i = 0; i < Runs; i++)
                runs.Add(await Run(servers, pairs, Duration));
            foreach (var pair in pairs)
                pair.Dispose();
            foreach (var server in servers)
                await server.Stop();
            Print(runs, (SizeOf(tables) - bytes) / pairs.Sum(pair => pair.Sent));
            return 0;
        }
        catch (Exception) when (servers.Find(server => server.ExitCode is not null) is { } ended)
        {
            await Console.Error.WriteLineAsync($"A server ended with code {ended.ExitCode}:\n{string.Join('\n', ended.Output.Concat(ended.Errors).TakeLast(8))}");
            return 2;
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
            servers.Clear();
            folder.Delete(recursive: true);
        }
    }

    private string[] Flags() => [.. Database is null ? [] : (string[])["--database", Database], .. IsCluster ? (string[])["--cluster", "--node-port", "0"] : []];

    private async Task<List<Pair>> SignUp(List<ServerProcess> servers)
    {
        var run = Guid.NewGuid().ToString("N")[..8];
        var pairs = new Pair[Pairs];
        using var api = new Api(servers[0].Address);
        await Parallel.ForAsync(0, Pairs, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            var sender = await api.SignUp("Sender", $"s{i}-{run}", "a password for the bench");
            var receiver = await api.SignUp("Receiver", $"r{i}-{run}", "a password for the bench");
            var head = await api.StartThread(sender, receiver);
            var other = IsCluster ? i + 1 : i;
            pairs[i] = await Pair.Open(api, servers[i % Nodes].Address, servers[other % Nodes].Address, sender, receiver, head);
        });
        return [.. pairs];
    }

    private async Task<SendsRun> Run(List<ServerProcess> servers, List<Pair> pairs, TimeSpan duration)
    {
        using var over = new CancellationTokenSource(duration);
        TimeSpan Servers() => servers.Aggregate(TimeSpan.Zero, (sum, server) => sum + server.ProcessorTime);
        TimeSpan Engine() => DatabaseProcess is { } id ? Processors.TimeOfTree(id) : TimeSpan.Zero;
        var (machine, server, engine, bench) = (Processors.Busy(), Servers(), Engine(), Environment.CpuUsage.TotalTime);
        var clock = Stopwatch.StartNew();
        // What does not divide evenly goes to the first pairs.
        var latencies = await Task.WhenAll(pairs.Select((pair, i) => pair.Talk((InFlight + Pairs - 1 - i) / Pairs, over.Token)));
        var elapsed = clock.Elapsed;
        (machine, server, engine, bench) = (Processors.Busy() - machine, Servers() - server, Engine() - engine, Environment.CpuUsage.TotalTime - bench);
        var sorted = latencies.SelectMany(list => list).Order().ToList();
        return new SendsRun(
            sorted.Count / elapsed.TotalSeconds,
            sorted[sorted.Count / 2], sorted[(int)(sorted.Count * 0.99)],
            server.TotalMicroseconds / sorted.Count, engine.TotalMicroseconds / sorted.Count, bench.TotalMicroseconds / sorted.Count,
            (machine - server - engine - bench) / elapsed);
    }

    private void Print(List<SendsRun> runs, long bytes)
    {
        double Median(Func<SendsRun, double> figure) => runs.Select(figure).Order().ElementAt(runs.Count / 2);
        var median = new SendsRun(
            Median(run => run.PerSecond), Median(run => run.P50), Median(run => run.P99),
            Median(run => run.Server), Median(run => run.Database), Median(run => run.Bench), Median(run => run.Others));
        var engine = Database is null ? "sqlite" : "postgres";
        Console.WriteLine(JsonSerializer.Serialize(
            new { bench = "sends", engine, nodes = Nodes, cluster = IsCluster, inFlight = InFlight, pairs = Pairs, seconds = Duration.TotalSeconds, bytes, median, runs },
            JsonSerializerOptions.Web));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {engine}, {Nodes} node(s), {InFlight} in flight: {median.PerSecond:N0} messages/s ({runs.Min(run => run.PerSecond):N0}–{runs.Max(run => run.PerSecond):N0}), p50 {median.P50:0.0} ms, p99 {median.P99:0.0} ms; µs a message: server {median.Server:0}, database {median.Database:0}, bench {median.Bench:0}; {bytes} bytes a message on disk; others used {median.Others:0.0} of {Environment.ProcessorCount} cores
            """));
    }

    // SQLite's log is not data: it is as large as it once had to be, and gone when the server stops.
    private static long SizeOf(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
        .Where(file => !file.Name.EndsWith("-wal", StringComparison.Ordinal)).Sum(file => file.Length);
}

/// <summary>
/// One run: messages a second; milliseconds from the send until both the acknowledgement and the arrival; processor time in µs a message;
/// and the processors that everything else on the machine used: the figures are lower bounds where that is much.
/// </summary>
internal sealed record SendsRun(double PerSecond, double P50, double P99, double Server, double Database, double Bench, double Others);
