using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Parley.Replay;

/// <summary>A server of this clone on a free port, whose data goes when it does.</summary>
internal sealed class ThrowAwayServer : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-replay-");
    private readonly Process _process;

    private ThrowAwayServer(Uri address)
    {
        Address = address;
        var start = new ProcessStartInfo(Path.Combine(FindRoot(), "bin", "run")) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "--port", $"{address.Port}", "--data", _folder.FullName, "--no-limits" })
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Remove();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Builds what is stale, starts it, and waits until it answers.</summary>
    public static async Task<ThrowAwayServer> Start()
    {
        var server = new ThrowAwayServer(new Uri($"http://localhost:{FindFreePort()}"));
        using var http = new HttpClient { BaseAddress = server.Address };
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if ((await http.GetAsync("/api/health/ready")).IsSuccessStatusCode)
                    return server;
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }
            if (server._process.HasExited || waiting.Elapsed > StartPatience)
            {
                await server.DisposeAsync();
                throw new InvalidOperationException("The server did not start.");
            }
            await Task.Delay(200);
        }
    }

    public ValueTask DisposeAsync()
    {
        Remove();
        return ValueTask.CompletedTask;
    }

    // Also when the replay is stopped half-way.
    private void Remove()
    {
        if (!_folder.Exists)
            return;
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _folder.Delete(recursive: true);
        _folder.Refresh();
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Parley.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("--start works from a clone of Parley only.");
    }

    private static int FindFreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
