using System.Diagnostics;

namespace Parley.Server.Telemetry;

/// <summary>
/// What a request waited for: its command, the batch that took it along, the commit, the announcing. Where nobody listens, starting
/// a span gives null.
/// </summary>
internal static class Traces
{
    /// <summary>The source of all spans of our own.</summary>
    public static readonly ActivitySource Source = new("Parley");
}
