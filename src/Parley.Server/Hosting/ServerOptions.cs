using System.Globalization;
using System.Net;
using Parley.Server.Storage;

namespace Parley.Server.Hosting;

/// <summary>Everything that the person who runs the server can choose. Each has a flag and a variable of the environment.</summary>
public sealed record ServerOptions
{
    // With what stopping itself may take it stays below Signals.Longest.
    private const int DrainMaxSeconds = 4;

    /// <summary>OpenTelemetry's variable for the collector. The exporter reads it itself, and others beside it.</summary>
    internal const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The address to listen on; null is this machine only.</summary>
    public string? Host { get; init; }

    /// <summary>The port to listen on; 0 is any that is free.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>The folder that holds everything worth a backup.</summary>
    public string Data { get; init; } = "data";

    /// <summary>A connection string; null is a SQLite file in the data folder.</summary>
    public string? Database { get; init; }

    /// <summary>How this process is a node of a cluster; null where it is alone.</summary>
    public NodeOptions? Node { get; init; }

    /// <summary>Addresses of proxies on other machines, whose word on whom they speak for is believed. This machine's own always is.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    /// <summary>Whether to fill the database with two people and a conversation to look at.</summary>
    public bool Demo { get; init; }

    /// <summary>Whether callers are slowed down. Off only for measuring on one's own machine.</summary>
    public bool HasLimits { get; init; } = true;

    /// <summary>Sockets that may be open from one address at a time. Many people may share one, behind a router.</summary>
    public int SocketsPerAddress { get; init; } = 2_000;

    /// <summary>Origins that may open the socket and write besides the server's own, such as https://chat.example.org.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>How long the server says that it is not ready before it sends people away: what a balancer needs to notice.</summary>
    public TimeSpan Drain { get; init; }

    /// <summary>The port on which metrics are answered, 0 for any that is free; null where they are not.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>The address for it. Whoever reaches it may read them.</summary>
    public IPAddress MetricsHost { get; init; } = IPAddress.Loopback;

    /// <summary>Whether OpenTelemetry's variables name a collector, to which metrics and traces are sent.</summary>
    public bool HasCollector { get; init; }

    /// <summary>Where the built web app lies; null looks beside the program.</summary>
    public string? WebRoot { get; init; }

    /// <summary>Rounds of PBKDF2-HMAC-SHA512 for a password. OWASP asks for 210,000 or more.</summary>
    public int PasswordIterations { get; init; } = 220_000;

    internal static int ParsePort(string text, string name = "port") =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= ushort.MaxValue
            ? port
            : throw new ConfigurationException($"The {name} must be a number from 0 to {ushort.MaxValue}, and '{text}' is not.");

    internal static int ParseSockets(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sockets) && sockets > 0
            ? sockets
            : throw new ConfigurationException($"The sockets of one address must be a number from 1 on, and '{text}' is not.");

    internal static TimeSpan ParseDrain(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DrainMaxSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new ConfigurationException($"The seconds to drain must be a number from 0 to {DrainMaxSeconds}, and '{text}' is not.");

    internal static IPAddress ParseMetricsHost(string text) => text switch
    {
        "localhost" => IPAddress.Loopback,
        "*" => IPAddress.IPv6Any,
        _ => IPAddress.TryParse(text, out var address)
            ? address
            : throw new ConfigurationException($"The host for metrics must be an IP address, localhost or *, and '{text}' is not."),
    };

    internal static bool ParseCollector(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? true
            : throw new ConfigurationException($"{Collector} looks like http://127.0.0.1:4317, and '{text}' does not.");

    internal static IPAddress ParseNodeHost(string text) =>
        IPAddress.TryParse(text, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
            ? address
            : throw new ConfigurationException($"The address for the other nodes is an IP address of this machine that they can reach, and '{text}' is none.");

    internal static IReadOnlyList<IPNetwork> ParseProxies(string text) => [.. text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(ParseProxy)];

    internal static IReadOnlyList<string> ParseOrigins(string text) =>
        [.. text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(ParseOrigin)];

    private static IPNetwork ParseProxy(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new ConfigurationException($"A proxy is an address or a network such as 10.0.0.0/24, and '{text}' is neither.");

    private static string ParseOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri.GetLeftPart(UriPartial.Authority)
            : throw new ConfigurationException($"An origin looks like https://chat.example.org, and '{text}' does not.");
}
