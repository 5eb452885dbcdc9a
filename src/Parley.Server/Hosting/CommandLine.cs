using System.CommandLine;
using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Parley.Server.Storage;

namespace Parley.Server.Hosting;

/// <summary>Reads the flags, starts the server or runs a command and, where that cannot be done, says why in a sentence.</summary>
public static class CommandLine
{
    private const int CannotStart = 1, WrongUsage = 2, CannotGoOn = 3;

    private static readonly Option<string?> Host = Flag("--host", "PARLEY_HOST", "address to listen on: an IP address, or * for every one. Without it, this machine only");
    private static readonly Option<string?> Port = Flag("--port", "PARLEY_PORT", "port to listen on, 8080 without it");
    private static readonly Option<string?> Data = Flag("--data", "PARLEY_DATA", "folder that holds everything, ./data without it", isForAll: true);
    private static readonly Option<string?> DatabaseOption = Flag("--database", "PARLEY_DATABASE", "connection string. Without it, a SQLite file in the data folder", isForAll: true);
    private static readonly Option<string?> Origin = Flag("--origin", "PARLEY_ORIGINS", "addresses that browsers know this server by, where a proxy hides its own");
    private static readonly Option<string?> Sockets = Flag("--sockets-per-address", "PARLEY_SOCKETS_PER_ADDRESS", "sockets that may be open from one address, 2000 without it");
    private static readonly Option<string?> Drain = Flag("--drain", "PARLEY_DRAIN", "seconds from a signal to stop, 0 to 4, in which it is not ready but still serves, so that a balancer notices. None without it");
    private static readonly Option<string?> MetricsPort = Flag("--metrics-port", "PARLEY_METRICS_PORT", "port that answers /metrics for Prometheus. Without it, none does");
    private static readonly Option<string?> MetricsHost = Flag("--metrics-host", "PARLEY_METRICS_HOST", "address for that port: an IP address, or * for every one. Without it, this machine only");
    private static readonly Option<string?> NodeHost = Flag("--node-host", "PARLEY_NODE_HOST", "with --cluster: the IP address at which the other nodes reach this one, and nobody else. Without it, this machine only");
    private static readonly Option<string?> NodePort = Flag("--node-port", "PARLEY_NODE_PORT", "with --cluster: the port for it, 11111 without it, 0 for any that is free");
    private static readonly Option<string?> Proxies = Flag("--proxies", "PARLEY_PROXIES", "addresses or networks of proxies on other machines that say for whom they speak");
    private static readonly Option<bool> Cluster = new("--cluster") { Description = "be one node of several on the same PostgreSQL (PARLEY_CLUSTER=on)" };
    private static readonly Option<bool> Demo = new("--demo") { Description = "two people with a conversation, to look at" };
    private static readonly Option<bool> NoLimits = new("--no-limits") { Description = "no rate limits, for measuring on one's own machine (PARLEY_LIMITS=off)" };

    /// <summary>Runs the server until the process is told to stop, or one of the operations to its end.</summary>
    public static async Task<int> Run(string[] args, Func<ServerOptions, TimeProvider, WebApplication> build, IEnumerable<Command> operations)
    {
        var root = new RootCommand("Parley: a messenger of one's own.") { Host, Port, Data, DatabaseOption, Origin, Sockets, Drain, MetricsPort, MetricsHost, Cluster, NodeHost, NodePort, Proxies, Demo, NoLimits };
        foreach (var operation in operations)
            root.Add(operation);
        root.SetAction(parsed => Serve(Read(parsed), build));
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync(error.Message);
            await Console.Error.WriteLineAsync("--help lists what there is.");
            return WrongUsage;
        }
        try
        {
            // Who serves ends by itself; an operation may be killed at any moment.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception error) when (parsed.CommandResult.Command == root && Explain(error) is { } sentence)
        {
            await Console.Error.WriteLineAsync($"Parley cannot start. {sentence}");
            return error is UsageException ? WrongUsage : CannotStart;
        }
        // What ends an operation besides is a disk or a database that failed, in their own words.
        catch (Exception error) when (error is ConfigurationException or UsageException or DbException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return error is UsageException ? WrongUsage : CannotStart;
        }
    }

    private static async Task<int> Serve(ServerOptions options, Func<ServerOptions, TimeProvider, WebApplication> build)
    {
        await using var app = build(options, TimeProvider.System);
        await app.StartAsync();
        app.Services.GetRequiredService<Greeting>().Print();
        await app.WaitForShutdownAsync();
        return app.Services.GetRequiredService<Signals>().HasFailed ? CannotGoOn : 0;
    }

    /// <summary>What was chosen, by flags and by variables. Throws where a value cannot be read.</summary>
    internal static ServerOptions Read(ParseResult parsed)
    {
        try
        {
            var defaults = new ServerOptions();
            var options = defaults with
            {
                Host = Value(Host),
                Port = Value(Port) is { } port ? ServerOptions.ParsePort(port) : defaults.Port,
                Data = Value(Data) ?? defaults.Data,
                Database = Value(DatabaseOption),
                Origins = Value(Origin) is { } origins ? ServerOptions.ParseOrigins(origins) : defaults.Origins,
                SocketsPerAddress = Value(Sockets) is { } sockets ? ServerOptions.ParseSockets(sockets) : defaults.SocketsPerAddress,
                Drain = Value(Drain) is { } seconds ? ServerOptions.ParseDrain(seconds) : defaults.Drain,
                MetricsPort = Value(MetricsPort) is { } metrics ? ServerOptions.ParsePort(metrics, "port for metrics") : null,
                MetricsHost = Value(MetricsHost) is { } address ? ServerOptions.ParseMetricsHost(address) : defaults.MetricsHost,
                HasCollector = Environment.GetEnvironmentVariable(ServerOptions.Collector) is { Length: > 0 } collector && ServerOptions.ParseCollector(collector),
                Node = ReadNode(),
                Proxies = Value(Proxies) is { } proxies ? ServerOptions.ParseProxies(proxies) : defaults.Proxies,
                Demo = parsed.GetValue(Demo),
                HasLimits = !parsed.GetValue(NoLimits) && Environment.GetEnvironmentVariable("PARLEY_LIMITS") != "off",
            };
            return options.MetricsPort is not (null or 0) && options.MetricsPort == options.Port
                ? throw new ConfigurationException("Metrics need a port of their own, and --metrics-port names that of --port.")
                : options;
        }
        catch (ConfigurationException error)
        {
            throw new UsageException(error.Message);
        }

        NodeOptions? ReadNode()
        {
            if (!parsed.GetValue(Cluster) && Environment.GetEnvironmentVariable("PARLEY_CLUSTER") != "on")
                return null;
            var defaults = new NodeOptions();
            return new NodeOptions
            {
                Host = Value(NodeHost) is { } host ? ServerOptions.ParseNodeHost(host) : defaults.Host,
                Port = Value(NodePort) is { } port ? ServerOptions.ParsePort(port) : defaults.Port,
            };
        }

        string? Value(Option<string?> option)
        {
            var value = parsed.GetValue(option) ?? Environment.GetEnvironmentVariable(option.HelpName!);
            return string.IsNullOrWhiteSpace(value) ? null : value;
        }
    }

    /// <summary>The sentence for a failure that the person who runs the server can mend; null for a fault of ours.</summary>
    private static string? Explain(Exception error) => error switch
    {
        ConfigurationException or UsageException => error.Message,
        IOException { InnerException: AddressInUseException } or AddressInUseException =>
            "Its port is in use, perhaps by another Parley. Choose one with --port.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            "Its port may not be used without more rights: ports below 1024 are the system's. Choose another with --port.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
            "Its address is not one of this machine's. Choose another with --host.",
        _ => null,
    };

    private static Option<string?> Flag(string name, string variable, string description, bool isForAll = false) =>
        new(name) { HelpName = variable, Description = description, Recursive = isForAll };

    private sealed class UsageException(string message) : Exception(message);
}
