using System.Diagnostics;
using System.Globalization;

namespace Parley.Client;

/// <summary>Signals that .NET does not send by itself.</summary>
public static class Signals
{
    /// <summary>Sends a signal, such as TERM, STOP or CONT, if the process is there.</summary>
    public static void Send(Process? process, string signal)
    {
        if (process is not { HasExited: false })
            return;
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
