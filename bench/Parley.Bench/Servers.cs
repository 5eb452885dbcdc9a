using System.Data.Common;
using System.Diagnostics;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Bench;

/// <summary>The servers of a measurement, started for it alone on an empty database; or one that runs already.</summary>
internal sealed class Servers : IAsyncDisposable
{
    // Of what one that has ended said last: an error with its stack.
    private const int LinesShown = 20;

    private static readonly TimeSpan RestartPatience = TimeSpan.FromMinutes(1);

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-bench-");
    private readonly Setting _setting;
    private readonly List<ServerProcess> _processes;
    private long _readySince;

    private Servers(Setting setting)
    {
        _setting = setting;
        string[] flags =
        [
            .. setting.Database is null ? [] : (string[])["--database", setting.Database],
            .. setting.IsCluster ? (string[])["--cluster", "--node-port", "0"] : [],
        ];
        _processes = setting.Url is null
            ? [.. Enumerable.Range(0, setting.Nodes).Select(node => new ServerProcess(setting.Program, FolderOf(node), flags))]
            : [];
        // Also when the bench is stopped half-way.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill();
    }

    /// <summary>Where they are.</summary>
    public IReadOnlyList<Uri> Addresses => _setting.Url is { } url ? [url] : [.. _processes.Select(server => server.Address)];

    /// <summary>Time of the processors that they have used; of one that was there already it is known where its process is.</summary>
    public TimeSpan ProcessorTime => _setting.UrlProcess is { } id
        ? Processors.TimeOfTree(id)
        : _processes.Aggregate(TimeSpan.Zero, (sum, server) => sum + server.ProcessorTime);

    /// <summary>The part of it in which .NET compiles anew what runs often, by a thread that ends when it has had nothing to do for some seconds.</summary>
    public TimeSpan CompilerTime =>
        _processes.Aggregate(TimeSpan.Zero, (sum, server) => sum + Processors.TimeOfThreads(server.Id, ".NET Tiered Com"));

    /// <summary>Time of the processors that PostgreSQL has used.</summary>
    public TimeSpan DatabaseTime => _setting.DatabaseProcess is { } id ? Processors.TimeOfTree(id) : TimeSpan.Zero;

    /// <summary>Whether one of them has ended by itself, or was killed.</summary>
    public bool HaveEnded => Ended is not null;

    /// <summary>Memory that they hold now, in bytes; of one that was there already it is known where its process is.</summary>
    public long Memory => _setting.UrlProcess is { } id ? ServerProcess.MemoryOf(id) : _processes.Sum(server => server.Memory);

    /// <summary>When the last of them began to listen, in milliseconds of the machine's steady clock.</summary>
    public long ListeningSince => _setting.Url is null ? _processes.Max(server => server.ListeningSince) : _readySince;

    /// <summary>The most memory that they have held, in bytes; of one that was there already it is known where its process is.</summary>
    public long PeakMemory => _setting.UrlProcess is { } id
        ? ServerProcess.PeakMemoryOf(id)
        : _processes.Sum(server => ServerProcess.PeakMemoryOf(server.Id));

    /// <summary>How fast the machine was right before they were started: the µs of a <see cref="Client.RoundTrip"/>.</summary>
    public double RoundTrip { get; private set; }

    /// <summary>What the tables take on disk, in bytes. SQLite's log is not data: it is as large as it once had to be.</summary>
    public long BytesOnDisk => new DirectoryInfo(_setting.DatabaseFolder ?? _folder.FullName).EnumerateFiles("*", SearchOption.AllDirectories)
        .Where(file => !file.Name.EndsWith("-wal", StringComparison.Ordinal)).Sum(file => file.Length);

    /// <summary>Measures; the exit code is 0 if it could, and if not, with a sentence, 1 where something did not come in time and 2 for all else.</summary>
    /// <param name="setting">On what.</param>
    /// <param name="measure">What is done with the servers.</param>
    /// <param name="fill">Who is there beforehand, and with what.</param>
    public static async Task<int> Measure(Setting setting, Func<Servers, Task> measure, Func<IPopulation, Task>? fill = null)
    {
        var problem = setting switch
        {
            { Nodes: > 1, Url: not null } => "A server that runs already has the nodes that it has: leave --nodes out where --url is given.",
            { Nodes: > 1, Database: null } => "Several nodes need a PostgreSQL: add --engine postgres.",
            { IsXmpp: true } when fill is not null => "Of an XMPP server only sends and latency are measured, without --messages and --people.",
            { UrlProcess: { } id } when ServerProcess.MemoryOf(id) == 0 => $"There is no process {id} on this machine: --url-process is the number of the server's.",
            { Url: { } url, IsXmpp: false } when !await IsReady(url) => $"No Parley is ready at {url}. Check the address; it answers at /api/health/ready.",
            _ => null,
        };
        if (problem is not null)
        {
            await Console.Error.WriteLineAsync(problem);
            return 2;
        }
        await using var servers = new Servers(setting);
        try
        {
            if (fill is not null)
                await (setting.Url is null ? Fill(setting, servers.FolderOf(0), fill) : SignUp(setting.Url, fill));
            servers.RoundTrip = Client.RoundTrip.Measure();
            await servers.Start();
            await measure(servers);
            return 0;
        }
        catch (Exception) when (servers.Ended is { } ended)
        {
            await Console.Error.WriteLineAsync($"A server ended with code {ended.ExitCode}:\n{string.Join('\n', ended.Output.Concat(ended.Errors).TakeLast(LinesShown))}");
            return 2;
        }
        catch (Refusal refusal)
        {
            await Console.Error.WriteLineAsync($"The server refused: {refusal.Message} While it is measured it is best started with --no-limits: docs/scale.md.");
            return 2;
        }
        catch (CommandException failed)
        {
            await Console.Error.WriteLineAsync(failed.Message);
            return 2;
        }
        catch (TimeoutException late)
        {
            await Console.Error.WriteLineAsync(late.Message);
            return 1;
        }
    }

    /// <summary>Makes the database of a data folder, or the one that the setting names, and fills it.</summary>
    public static async Task Fill(Setting setting, string folder, Func<DatabasePopulation, Task> fill)
    {
        await using var server = new ServerProcess(setting.Program, folder);
        await server.Operate(["migrate", .. setting.Database is null ? [] : (string[])["--database", setting.Database]]);
        await using DbConnection connection = setting.Database is null
            ? new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "parley.db"), Pooling = false }.ToString())
            : new NpgsqlConnection(setting.Database);
        await connection.OpenAsync();
        // SQLite would write the same pages again and again with the little memory that it takes by itself.
        if (setting.Database is null)
            await connection.ExecuteAsync("PRAGMA cache_size = -1000000");
        await fill(new DatabasePopulation(connection, setting.Away));
        // As it is where tables have grown over years; what is left to do of it would else be done while something is measured.
        foreach (var sql in setting.Database is null ? (string[])["PRAGMA wal_checkpoint(TRUNCATE)"] : ["VACUUM (ANALYZE)", "CHECKPOINT;"])
            await connection.ExecuteAsync(sql, commandTimeout: 0);
    }

    /// <summary>Ends them in good order and starts them again, with nothing in memory. One that runs already stays as it is where no command was given for it.</summary>
    public async Task Restart()
    {
        await Stop();
        await Start();
        await RunCommand();
    }

    /// <summary>Ends them at once, SIGKILL, and starts them again. One that runs already goes through what the command does that was given for it.</summary>
    public async Task Crash()
    {
        Kill();
        await Start();
        await RunCommand();
    }

    /// <summary>Starts them, with nothing in memory.</summary>
    public async Task Start()
    {
        foreach (var server in _processes)
            await server.Start();
    }

    /// <summary>Ends them at once: SIGKILL.</summary>
    public void Kill() => _processes.ForEach(server => server.Kill());

    /// <summary>Ends them in good order, so that everything is in its place on disk.</summary>
    public async Task Stop()
    {
        foreach (var server in _processes)
            await server.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _processes)
            await server.DisposeAsync();
        _processes.Clear();
        _folder.Delete(recursive: true);
    }

    private static async Task SignUp(Uri url, Func<IPopulation, Task> fill)
    {
        using var api = new Api(url);
        await fill(new ApiPopulation(api));
    }

    /// <summary>Has the server that runs already ended and started, and waits until it is ready.</summary>
    private async Task RunCommand()
    {
        if (_setting.Restart is null)
            return;
        using (var command = Process.Start("/bin/sh", ["-c", _setting.Restart]))
        {
            await command.WaitForExitAsync();
            if (command.ExitCode != 0)
                throw new CommandException($"The command of --restart ended with {command.ExitCode}: {_setting.Restart}");
        }
        for (var asked = Stopwatch.GetTimestamp(); !await IsReady(_setting.Url!); await Task.Delay(5))
        {
            if (Stopwatch.GetElapsedTime(asked) > RestartPatience)
                throw new TimeoutException($"{_setting.Url} was not ready {RestartPatience.TotalSeconds:0} s after the command of --restart.");
        }
        _readySince = Environment.TickCount64;
    }

    private static async Task<bool> IsReady(Uri url)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(url, "/api/health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (Failure.IsPassing(error))
        {
            return false;
        }
    }

    private ServerProcess? Ended => _processes.Find(server => server.ExitCode is not null);

    private string FolderOf(int node) => Path.Combine(_folder.FullName, $"node{node}");

    private sealed class CommandException(string message) : Exception(message);
}
