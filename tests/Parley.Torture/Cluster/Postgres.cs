using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Parley.Torture.Cluster;

/// <summary>A PostgreSQL for the run alone, fsync on, whose processes can be killed and frozen.</summary>
internal sealed class Postgres(Shell shell, string folder, Network network) : IAsyncDisposable
{
    private static readonly TimeSpan BurialMax = TimeSpan.FromSeconds(30);

    private int _process;

    /// <summary>How the harness connects.</summary>
    public string Address { get; private set; } = "";

    /// <summary>How nodes connect.</summary>
    public string AddressForNodes => new NpgsqlConnectionStringBuilder(Address) { Host = network.OwnAddress(Cable.Database) }.ConnectionString;

    /// <summary>Starts it, and waits until it takes connections; at its first start it is made.</summary>
    public async Task Start()
    {
        var isNew = _process == 0;
        var lines = await shell.Run(
            "start_postgres \"$1\" listen_addresses=\"$2\" >&2; printf '%s\\n' \"$POSTGRES_PID\" \"$POSTGRES_URL\"",
            folder, string.Join(',', new[] { "127.0.0.1", network.OwnAddress(Cable.Database) }.Distinct()));
        (_process, Address) = (int.Parse(lines.Split('\n')[0], CultureInfo.InvariantCulture), lines.Split('\n')[1]);
        if (!isNew)
            return;
        await File.AppendAllTextAsync(Path.Combine(folder, "data", "pg_hba.conf"), $"host all all {network.Range} scram-sha-256\n");
        await Signal("HUP", _process);
    }

    /// <summary>Ends all its processes with SIGKILL.</summary>
    public async Task Kill()
    {
        var backends = Backends();
        // It first, or it would start others in their place.
        await Signal("KILL", [_process, .. backends]);
        // Until the system has buried it, PostgreSQL would take it for one that still runs, and not start.
        for (var patience = Stopwatch.StartNew(); Directory.Exists($"/proc/{_process}") && patience.Elapsed < BurialMax;)
            await Task.Delay(20);
    }

    /// <summary>Stops the clockwork of all its processes.</summary>
    public async Task Freeze()
    {
        await Signal("STOP", _process);
        await Signal("STOP", Backends());
    }

    /// <summary>Lets them go on.</summary>
    public Task Thaw() => Signal("CONT", [_process, .. Backends()]);

    /// <summary>Ends it as an operator does who does not wait for connections: pg_ctl stop --mode fast.</summary>
    public Task Stop() => shell.Run("end_postgres \"$1\"", folder);

    public async ValueTask DisposeAsync()
    {
        if (_process != 0)
            await Thaw();
        await shell.Run("stop_postgres \"$1\"", folder);
    }

    // Those that it has started: one for each connection, and the ones that write, tidy up and watch.
    private int[] Backends()
    {
        var parent = $"PPid:\t{_process}";
        return [.. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id != 0 && ReadStatus(id).Contains(parent))];
    }

    private static string[] ReadStatus(int process)
    {
        try
        {
            return File.ReadAllLines($"/proc/{process}/status");
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return [];
        }
    }

    private static async Task Signal(string signal, params int[] processes)
    {
        if (processes.Length == 0)
            return;
        try
        {
            await Shell.Execute("kill", [$"-{signal}", .. processes.Select(process => $"{process}")]);
        }
        catch (InvalidOperationException)
        {
            // One of them has ended meanwhile; the others were sent it.
        }
    }
}
