using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Parley.Client;

/// <summary>A server as a real process, started as an operator would, killed as a power cut would.</summary>
/// <param name="program">The published server, parley.dll.</param>
/// <param name="data">Its data folder.</param>
/// <param name="flags">More flags than the port, the folder and the limits, which are off if nothing else is said.</param>
public sealed class ServerProcess(string program, string data, params string[] flags) : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60), StopPatience = TimeSpan.FromSeconds(60);

    private Process? _process;

    /// <summary>The address at which it is reached.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The network namespace that it lives in; null for everyone's.</summary>
    public string? Namespace { get; init; }

    /// <summary>The port it listens on, the same in all its lives.</summary>
    public int Port { get; } = FindFreePort();

    /// <summary>Where it listens.</summary>
    public Uri Address => new($"http://{Host}:{Port}");

    /// <summary>Whether callers are slowed down, as they are where people talk.</summary>
    public bool HasLimits { get; init; }

    /// <summary>The number of its process in its present life.</summary>
    public int Id => _process!.Id;

    /// <summary>Variables of the environment for its next life.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>When its present life began to listen, in milliseconds of the machine's steady clock.</summary>
    public long ListeningSince { get; private set; }

    /// <summary>What it said on its error output, all lives together.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>What it said on its normal output, its log among it, all lives together.</summary>
    public List<string> Output { get; } = [];

    /// <summary>How its last life ended, null while it lives.</summary>
    public int? ExitCode => _process is { HasExited: true } process ? process.ExitCode : null;

    /// <summary>Memory that it holds now, in bytes.</summary>
    public long Memory => _process is null ? 0 : MemoryOf(_process.Id);

    /// <summary>Time of the processors that its present life has used.</summary>
    public TimeSpan ProcessorTime => _process!.TotalProcessorTime;

    /// <summary>Memory that a process of this machine holds now, in bytes (VmRSS); 0 where it is gone.</summary>
    public static long MemoryOf(int process) => ReadStatus(process, "VmRSS:") * 1024;

    /// <summary>The most memory that a process of this machine has held, in bytes (VmHWM); 0 where it is gone.</summary>
    public static long PeakMemoryOf(int process) => ReadStatus(process, "VmHWM:") * 1024;

    /// <summary>Starts it and waits until it listens.</summary>
    public async Task Start()
    {
        string[] command = ["dotnet", program, "--port", $"{Port}", "--data", data, .. HasLimits ? (string[])[] : ["--no-limits"], .. flags];
        if (Namespace is not null)
            command = ["ip", "netns", "exec", Namespace, .. command];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) =>
        {
            Note(Output, line.Data);
            if (line.Data?.StartsWith("Parley is at", StringComparison.Ordinal) != true)
                return;
            ListeningSince = System.Environment.TickCount64;
            listening.TrySetResult();
        };
        process.ErrorDataReceived += (_, line) => Note(Errors, line.Data);
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("The server ended before it listened."));
        process.Start();
        // Not before: others look at its status meanwhile.
        _process = process;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await listening.Task.WaitAsync(StartPatience);
    }

    /// <summary>Runs one of the program's operations on the same data folder, to its end.</summary>
    public async Task Operate(params string[] arguments)
    {
        using var process = Process.Start("dotnet", [program, .. arguments, "--data", data]);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"parley {arguments[0]} ended with {process.ExitCode}.");
    }

    /// <summary>Completes when its present life has ended.</summary>
    public Task WaitForEnd() => _process!.WaitForExitAsync();

    /// <summary>Ends it at once: SIGKILL.</summary>
    public void Kill()
    {
        if (_process is not { HasExited: false } process)
            return;
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Tells it to end, as an operator does: SIGTERM.</summary>
    public void Tell() => Signal("TERM");

    /// <summary>Tells it to end, and waits until it has.</summary>
    public async Task Stop()
    {
        Tell();
        using var late = new CancellationTokenSource(StopPatience);
        await _process!.WaitForExitAsync(late.Token);
    }

    /// <summary>Stops its clockwork: SIGSTOP.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>Lets it go on: SIGCONT.</summary>
    public void Thaw() => Signal("CONT");

    public ValueTask DisposeAsync()
    {
        Thaw();
        Kill();
        _process?.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Signal(string signal) => Signals.Send(_process, signal);

    private static long ReadStatus(int process, string name)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException)
        {
            // Between two lives.
            return 0;
        }
    }

    private static void Note(List<string> lines, string? line)
    {
        if (line is null)
            return;
        lock (lines)
            lines.Add(line);
    }

    /// <summary>A port that nobody listens on.</summary>
    public static int FindFreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
