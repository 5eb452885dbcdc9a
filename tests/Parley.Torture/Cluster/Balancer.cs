using System.Diagnostics;
using Parley.Client;

namespace Parley.Torture.Cluster;

/// <summary>The load balancer: haproxy with deploy/haproxy.cfg.</summary>
internal sealed class Balancer : IDisposable
{
    private readonly Process _process;

    private Balancer(Process process, int port) => (_process, Port) = (process, port);

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>The same as an address.</summary>
    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>Starts it in front of nodes.</summary>
    /// <param name="shell">Where the clone is.</param>
    /// <param name="work">A folder for its configuration and its log.</param>
    /// <param name="nodes">Host and port of each.</param>
    public static async Task<Balancer> Start(Shell shell, string work, IEnumerable<string> nodes)
    {
        var port = ServerProcess.FindFreePort();
        var file = Path.Combine(work, "haproxy.cfg");
        await File.WriteAllTextAsync(file, await shell.Run("haproxy_config \"$@\"", [$"{port}", .. nodes]) + '\n');
        var program = await shell.Run("find_haproxy");
        // exec: the process that is killed at the end is haproxy itself.
        var process = Process.Start("bash", ["-c", "exec \"$1\" -db -f \"$2\" >\"$3\" 2>&1", "bash", program, file, Path.Combine(work, "haproxy.log")]);
        return new Balancer(process, port);
    }

    public void Dispose()
    {
        if (_process.HasExited)
            return;
        _process.Kill();
        _process.WaitForExit();
    }
}
