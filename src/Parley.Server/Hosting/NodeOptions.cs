using System.Net;

namespace Parley.Server.Hosting;

/// <summary>How this process is a node of a cluster.</summary>
public sealed record NodeOptions
{
    /// <summary>The address at which the other nodes reach this one. It must not be reachable for anyone else.</summary>
    public IPAddress Host { get; init; } = IPAddress.Loopback;

    /// <summary>The port for it; 0 is any that is free.</summary>
    public int Port { get; init; } = 11111;
}
