using System.CommandLine;
using System.CommandLine.Parsing;

namespace Parley.Bench;

/// <summary>Reads the command line: a subcommand for each thing that is measured.</summary>
internal static class Program
{
    private const int SignedUpPeople = 200;

    private static readonly Option<int> Nodes = new("--nodes") { Description = "server processes on one database; 1 without it", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> Cluster = new("--cluster") { Description = "the nodes know of each other, and the two of a pair are on different ones" };
    private static readonly Option<bool> Http = new("--http") { Description = "send over HTTP, not over the socket" };
    private static readonly Option<Texts> Said = new("--texts")
    {
        Description = "a file of recorded messages, JSON lines as tools/Parley.Replay reads them, to be said one after the other; the same each time without it",
        DefaultValueFactory = _ => Texts.Usual,
        CustomParser = given =>
        {
            try
            {
                return Texts.Read(given.Tokens[0].Value);
            }
            catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                given.AddError(error.Message);
                return null;
            }
        },
    };
    private static readonly Option<Uri?> Url = new("--url")
    {
        Description = "a server that runs already, such as http://localhost:8080; people are signed up there, and stay. For sends and latency also an XMPP server, xmpp://localhost:5222, with bench1 and more",
        CustomParser = given =>
        {
            if (Uri.TryCreate(given.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "xmpp")
                return url;
            given.AddError($"'{given.Tokens[0].Value}' is no address. It looks like http://localhost:8080.");
            return null;
        },
    };
    private static readonly Option<int?> UrlProcess = new("--url-process") { Description = "the number of its process, on this machine" };
    private static readonly Option<string?> Restart = new("--restart")
    {
        Description = "a shell command that ends the server of --url and starts it again, such as 'docker restart --time 0 parley'; without it the server stays as it is",
    };
    private static readonly Option<double> Away = new("--away") { Description = "for how many hours nobody was seen before the first run; 0 without it" };
    private static readonly Option<int> InFlight = new("--in-flight") { Description = "messages that are on their way at a time; 64 without it", DefaultValueFactory = _ => 64 };
    private static readonly Option<int> PairCount = new("--pairs") { Description = "pairs of people who talk, at most one for each message on its way; 100 without it", DefaultValueFactory = _ => 100 };
    private static readonly Option<long> Messages = new("--messages") { Description = "messages that are there beforehand, in threads of 500; 0 without it" };
    private static readonly Option<long> People = new("--people") { Description = "people who are there beforehand; as few as there must be without it" };
    private static readonly Option<int> Rate = new("--rate") { Description = "messages a second; 500 without it", DefaultValueFactory = _ => 500 };
    private static readonly Option<int> AtOnce = new("--at-once") { Description = "requests at a time; 16 without it", DefaultValueFactory = _ => 16 };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "how long a run takes; 10 without it", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> Runs = new("--runs") { Description = "how often it is measured; 3 without it", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Times = new("--times") { Description = "how often it is done; 100 without it", DefaultValueFactory = _ => 100 };
    private static readonly Option<int> Starts = new("--times") { Description = "how often it is started; 5 without it", DefaultValueFactory = _ => 5 };
    private static readonly Option<int> Kills = new("--times") { Description = "how often the server is killed; 20 without it", DefaultValueFactory = _ => 20 };
    private static readonly Option<int> SocketCount = new("--sockets")
    {
        Description = "how many; 19,000 without it, or as many as the limit of open files allows",
        DefaultValueFactory = _ => Math.Min(19_000, Sockets.CountMax),
        Validators = { RefuseTooManySockets },
    };
    private static readonly Option<int?> SocketPeople = new("--people")
    {
        Description = $"people whose sockets they are; as many as sockets without it, {SignedUpPeople} with --url, where each has to sign up",
        Validators = { RefuseNobody },
    };
    private static readonly Option<int> Arrivals = new("--rate") { Description = "sockets that come in a second; 500 without it", DefaultValueFactory = _ => 500 };
    private static readonly Option<DirectoryInfo> Data = new("--data") { Description = "the folder", Required = true };
    private static readonly Option<long> Threads = new("--threads") { Description = "how many threads; 10,000 without it", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<long> LongThread = new("--long") { Description = "messages in the latest one; 100,000 without it", DefaultValueFactory = _ => 100_000 };
    private static readonly Option<long> Others = new("--messages") { Description = "messages of others, in threads of 500; 0 without it" };
    private static readonly Option<int> ListThreads = new("--threads") { Description = "how many threads; 10,000 without it", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<FileInfo?> Server = new("--server") { Description = "the published server, parley.dll, where none runs already" };
    private static readonly Option<string?> Database = new("--database") { Description = "an empty PostgreSQL's connection string; SQLite without it" };
    private static readonly Option<int?> DatabaseProcess = new("--database-process") { Description = "the number of its first process, on this machine" };
    private static readonly Option<DirectoryInfo?> DatabaseFolder = new("--database-folder") { Description = "where it keeps its tables" };
    private static readonly Option<double> Users = new("--users") { Description = "millions of people; 10 without it", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> CrowdNodes = new("--nodes") { Description = "nodes; 100 without it", DefaultValueFactory = _ => 100 };
    private static readonly Option<int> Seed = new("--seed") { Description = "what chance begins with; 1 without it", DefaultValueFactory = _ => 1 };

    private static Task<int> Main(string[] args)
    {
        var sends = Measurement("sends", "Durable messages a second, from one socket to another, as many as fit.", Url, UrlProcess, Nodes, Cluster, Http, Said, InFlight, PairCount, Messages, People, Seconds, Runs);
        sends.SetAction((parsed, _) => new Sends
        {
            Setting = ReadSetting(parsed) with { Nodes = parsed.GetValue(Nodes), IsCluster = parsed.GetValue(Cluster) },
            IsHttp = parsed.GetValue(Http),
            Texts = parsed.GetValue(Said)!,
            InFlight = parsed.GetValue(InFlight),
            PairCount = Math.Min(parsed.GetValue(PairCount), parsed.GetValue(InFlight)),
            Before = (parsed.GetValue(Messages), parsed.GetValue(People)),
            Duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
            Runs = parsed.GetValue(Runs),
        }.Measure());
        var latency = Measurement("latency", "How long a message takes at a given rate (open loop).", Url, UrlProcess, Nodes, Cluster, Http, Said, Rate, PairCount, Seconds, Runs);
        latency.SetAction((parsed, _) => new Latency
        {
            Setting = ReadSetting(parsed) with { Nodes = parsed.GetValue(Nodes), IsCluster = parsed.GetValue(Cluster) },
            IsHttp = parsed.GetValue(Http),
            Texts = parsed.GetValue(Said)!,
            PerSecond = parsed.GetValue(Rate),
            PairCount = parsed.GetValue(PairCount),
            Duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
            Runs = parsed.GetValue(Runs),
        }.Measure());
        var history = Measurement("history", "Pages of 50 of threads of 20,000 messages.", Url, UrlProcess, AtOnce, Seconds, Runs);
        history.SetAction((parsed, _) => ReadReads(parsed).MeasureHistory());
        var bootstrap = Measurement("bootstrap", "The first 50 threads of someone who has many.", Url, UrlProcess, ListThreads, AtOnce, Seconds, Runs);
        bootstrap.SetAction((parsed, _) => ReadReads(parsed).MeasureBootstrap());
        var catchUp = Measurement("catch-up", "Someone with many threads comes back after 200 have changed.", Url, Restart, ListThreads, Times);
        catchUp.Validators.Add(RefuseFewThreads);
        catchUp.SetAction((parsed, _) => new CatchUp { Setting = ReadSetting(parsed), Threads = parsed.GetValue(ListThreads), Times = parsed.GetValue(Times) }.Measure());
        var idle = Measurement("idle", "What sockets on which nothing is said cost.", Url, UrlProcess, SocketCount, SocketPeople, Arrivals, Runs);
        idle.SetAction((parsed, _) => new Idle
        {
            Setting = ReadSetting(parsed),
            SocketCount = parsed.GetValue(SocketCount),
            PeopleCount = ReadPeople(parsed),
            PerSecond = parsed.GetValue(Arrivals),
            Runs = parsed.GetValue(Runs),
        }.Measure());
        var storm = Measurement("storm", "As many people as sockets come back at once after kill -9.", Url, Restart, Nodes, Cluster, SocketCount, SocketPeople, Away, Runs);
        storm.SetAction((parsed, _) => new Storm
        {
            Setting = ReadSetting(parsed) with { Nodes = parsed.GetValue(Nodes), IsCluster = parsed.GetValue(Cluster), Away = TimeSpan.FromHours(parsed.GetValue(Away)) },
            SocketCount = parsed.GetValue(SocketCount),
            PeopleCount = ReadPeople(parsed),
            Runs = parsed.GetValue(Runs),
        }.Measure());
        var recovery = Measurement("recovery", "From a kill -9 to the first acknowledgement.", Url, Restart, Kills);
        recovery.Validators.Add(RefuseUrlThatStays);
        recovery.SetAction((parsed, _) => new Recovery { Setting = ReadSetting(parsed), Times = parsed.GetValue(Kills) }.Measure());
        var start = Measurement("start", "From the start of a server to its first answer, and its memory.", Starts);
        start.SetAction((parsed, _) => new Starts { Setting = ReadSetting(parsed), Times = parsed.GetValue(Starts) }.Measure());
        var fill = Measurement("fill", "Makes a data folder for someone with many threads; prints tokens.", Data, Threads, LongThread, Others);
        fill.SetAction((parsed, _) => new Fill
        {
            Setting = ReadSetting(parsed),
            Data = parsed.GetValue(Data)!,
            Threads = parsed.GetValue(Threads),
            LongThread = parsed.GetValue(LongThread),
            Others = parsed.GetValue(Others),
        }.Make());
        var crowd = new Command("crowd", "What presence and fan-out cost each node of a large cluster: a simulation.") { Users, CrowdNodes, Seed };
        crowd.SetAction(parsed => Crowd.Simulate(parsed.GetValue(Users), parsed.GetValue(CrowdNodes), parsed.GetValue(Seed)));
        return new RootCommand("Measures Parley.") { sends, latency, history, bootstrap, catchUp, idle, storm, recovery, start, fill, crowd }.Parse(args).InvokeAsync();
    }

    private static Command Measurement(string name, string description, params Option[] options)
    {
        var command = new Command(name, description);
        foreach (var option in (Option[])[.. options, Server, Database, DatabaseProcess, DatabaseFolder])
            command.Add(option);
        command.Validators.Add(RefuseNoServer);
        if (options.Contains(Http))
            command.Validators.Add(RefuseHttpToXmpp);
        if (options.Contains(Restart))
            command.Validators.Add(RefuseRestartOfNothing);
        if (options.Contains(Away))
            command.Validators.Add(RefuseAwayAtUrl);
        return command;
    }

    private static void RefuseHttpToXmpp(CommandResult given)
    {
        if (given.GetResult(Http) is not null && given.GetResult(Url)?.Tokens is [{ Value: var url }] && url.StartsWith("xmpp:", StringComparison.OrdinalIgnoreCase))
            given.AddError("An XMPP server is spoken to over XMPP alone: leave --http out.");
    }

    private static void RefuseNoServer(CommandResult given)
    {
        if (given.GetResult(Server) is null && given.GetResult(Url) is null)
            given.AddError("Say what is measured: --server for the published server, or --url for one that runs already.");
    }

    private static void RefuseRestartOfNothing(CommandResult given)
    {
        if (given.GetResult(Restart) is not null && given.GetResult(Url) is null)
            given.AddError("--restart is for a server that runs already, which --url names.");
    }

    private static void RefuseAwayAtUrl(CommandResult given)
    {
        if (given.GetResult(Url) is not null && given.GetResult(Away) is { Implicit: false })
            given.AddError("--away changes a database of the bench's own: leave it out where --url is given.");
    }

    private static void RefuseUrlThatStays(CommandResult given)
    {
        if (given.GetResult(Url) is not null && given.GetResult(Restart) is null)
            given.AddError("Say with --restart how that server is killed and started again, such as --restart 'docker restart --time 0 parley'.");
    }

    private static void RefuseNobody(OptionResult given)
    {
        if (given.GetValueOrDefault<int?>() is < 1)
            given.AddError("There is nobody whose sockets they could be.");
    }

    private static void RefuseFewThreads(CommandResult given)
    {
        if (given.GetValue(ListThreads) is var count && count < CatchUp.Changed)
            given.AddError($"'{count}' threads are too few: {CatchUp.Changed} of them change.");
    }

    private static void RefuseTooManySockets(OptionResult given)
    {
        if (given.GetValueOrDefault<int>() is var count && (count < 1 || count > Sockets.CountMax))
            given.AddError($"'{count}' sockets cannot be: from 1 to {Sockets.CountMax} can, by the limit of open files (ulimit -n).");
    }

    private static Setting ReadSetting(ParseResult parsed) => new()
    {
        Program = parsed.GetValue(Server)?.FullName ?? "",
        Url = parsed.GetValue(Url),
        UrlProcess = parsed.GetValue(UrlProcess),
        Restart = parsed.GetValue(Restart),
        Database = parsed.GetValue(Database),
        DatabaseProcess = parsed.GetValue(DatabaseProcess),
        DatabaseFolder = parsed.GetValue(DatabaseFolder)?.FullName,
    };

    private static int ReadPeople(ParseResult parsed) =>
        Math.Min(parsed.GetValue(SocketCount), parsed.GetValue(SocketPeople) ?? (parsed.GetValue(Url) is null ? int.MaxValue : SignedUpPeople));

    private static Reads ReadReads(ParseResult parsed) => new()
    {
        Setting = ReadSetting(parsed),
        Threads = parsed.GetValue(ListThreads),
        AtOnce = parsed.GetValue(AtOnce),
        Duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
        Runs = parsed.GetValue(Runs),
    };
}
