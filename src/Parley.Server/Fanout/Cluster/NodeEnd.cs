using Orleans.Runtime;
using Parley.Server.Hosting;

namespace Parley.Server.Fanout.Cluster;

/// <summary>
/// Ends the process when it is a node no more: the others have given it up, because it stood still or was cut off, and share its people
/// among them. Whoever supervises it starts it anew.
/// </summary>
internal sealed partial class NodeEnd(Signals signals, ILogger<NodeEnd> log) : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        LogGivenUp(log, exception, context ?? exception?.Message ?? "");
        signals.Fail();
    }

    [LoggerMessage(304, LogLevel.Error, "This node is out of the cluster and ends, to be started anew: {Reason}")]
    private static partial void LogGivenUp(ILogger log, Exception? error, string reason);
}
