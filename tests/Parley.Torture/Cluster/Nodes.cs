using Parley.Client;

namespace Parley.Torture.Cluster;

/// <summary>The nodes of a cluster. One that ends, by whatever, is started again a second later, as those who run one let it be.</summary>
internal sealed class Nodes : IAsyncDisposable
{
    private const int Killed = 137;

    private static readonly TimeSpan RestartAfter = TimeSpan.FromSeconds(1), ReadyPatience = TimeSpan.FromMinutes(2), Round = TimeSpan.FromMilliseconds(50);

    private readonly List<ServerProcess> _all = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly CancellationTokenSource _end = new();
    private Task _keeping = Task.CompletedTask;
    private int _endedByThemselves;

    public Nodes(string program, string work, int count, string database, Network network)
    {
        for (var node = 0; node < count; node++)
        {
            string[] flags =
            [
                "--cluster", "--node-host", network.Address(node, Cable.Peers), "--node-port", $"{ServerProcess.FindFreePort()}", "--drain", "2",
                .. network.WhyNot is null ? ["--host", "*"] : Array.Empty<string>(),
            ];
            _all.Add(new ServerProcess(program, Path.Combine(work, $"node-{node}"), flags)
            {
                Host = network.Address(node, Cable.Clients),
                Namespace = network.Namespace(node),
                Environment =
                {
                    // Not a flag: it holds a password, and flags are for all to see.
                    ["PARLEY_DATABASE"] = database,
                    ["Logging__Console__FormatterOptions__TimestampFormat"] = "HH:mm:ss.fff ",
                },
            });
        }
    }

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    /// <summary>Host and port of each.</summary>
    public IEnumerable<string> Places => _all.Select(node => node.Address.Authority);

    /// <summary>The memory of the largest, in bytes.</summary>
    public long Memory => _all.Max(node => node.Memory);

    /// <summary>How often one ended that nobody had killed or told to.</summary>
    public int EndedByThemselves => _endedByThemselves;

    /// <summary>One of them.</summary>
    public ServerProcess this[int node] => _all[node];

    /// <summary>Starts all at the same moment, on an empty database too.</summary>
    public async Task Start()
    {
        await Task.WhenAll(_all.Select(node => node.Start()));
        _keeping = Task.WhenAll(_all.Select(Keep));
        await WaitUntilReady();
    }

    /// <summary>Whether a node says that requests are welcome.</summary>
    public async Task<bool> IsReady(int node)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(_all[node].Address, "/api/health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Waits until all are ready; says when that was, in milliseconds of the machine's steady clock.</summary>
    public async Task<long> WaitUntilReady()
    {
        for (var until = Environment.TickCount64 + (long)ReadyPatience.TotalMilliseconds; Environment.TickCount64 < until; await Task.Delay(Round))
        {
            var ready = await Task.WhenAll(Enumerable.Range(0, Count).Select(IsReady));
            if (ready.All(isReady => isReady))
                return Environment.TickCount64;
        }
        throw new TimeoutException($"Not all nodes are ready after {ReadyPatience.TotalMinutes} minutes.");
    }

    /// <summary>Ends all as an operator does, for good.</summary>
    public async Task Stop()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_all.Select(node => node.Stop()));
        await _keeping;
    }

    /// <summary>Ends all at once, for good.</summary>
    public void Kill()
    {
        _end.Cancel();
        foreach (var node in _all)
            node.Kill();
    }

    /// <summary>Writes what all said to files in a folder.</summary>
    public void SaveLogs(string folder)
    {
        for (var node = 0; node < Count; node++)
        {
            foreach (var (lines, kind) in new[] { (_all[node].Output, "log"), (_all[node].Errors, "errors") })
            {
                lock (lines)
                    File.WriteAllLines(Path.Combine(folder, $"node-{node}.{kind}"), lines);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var node in _all)
            await node.DisposeAsync();
        _http.Dispose();
    }

    private async Task Keep(ServerProcess node)
    {
        while (true)
        {
            await node.WaitForEnd();
            if (_end.IsCancellationRequested)
                return;
            if (node.ExitCode is not (0 or Killed))
                Interlocked.Increment(ref _endedByThemselves);
            await Task.Delay(RestartAfter);
            try
            {
                if (!_end.IsCancellationRequested)
                    await node.Start();
            }
            catch (Exception error) when (error is InvalidOperationException or TimeoutException)
            {
                // It could not start, without its database for one: once more.
                node.Kill();
            }
        }
    }
}
