using System.Diagnostics;

namespace Parley.Torture.Cluster;

/// <summary>Programs of the system, and the functions in tools/shell that bin/ uses too.</summary>
/// <param name="root">The folder of the clone.</param>
internal sealed class Shell(string root)
{
    // The words come as $1, $2 …: nothing in them is read as a command.
    private const string Prelude = """
        set -euo pipefail
        root=$1
        shift
        for part in common postgres haproxy; do source "$root/tools/shell/$part.sh"; done

        """;

    /// <summary>Runs lines in which tools/shell is known; returns what they print. Fails with what they complain of.</summary>
    public Task<string> Run(string lines, params ReadOnlySpan<string> words) => Execute("bash", ["-c", Prelude + lines, "bash", root, .. words]);

    /// <summary>Runs a program; returns what it prints. Fails with what it complains of.</summary>
    public static async Task<string> Execute(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? (await output).Trim()
            : throw new InvalidOperationException($"{program} ended with code {process.ExitCode}: {(await errors).Trim()}");
    }
}
