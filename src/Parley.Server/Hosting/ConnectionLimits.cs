using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Parley.Server.Telemetry;

namespace Parley.Server.Hosting;

/// <summary>
/// What one connection may take, and how many there may be. Most numbers are the framework's own; they stand here because
/// docs/operating.md promises them.
/// </summary>
internal sealed class ConnectionLimits
{
    /// <summary>Descriptors that are left for the runtime, which takes some 250, the database, and files.</summary>
    private const int Reserved = 400;

    /// <summary>Connections beyond the limit that may be on their way to being closed; the next ones wait in the system's queue.</summary>
    private const int Surplus = 50;

    // With fewer descriptors than that, at least these; what then fails is said by the system.
    private const int Fewest = 64;

    // Where the system does not say how many it gives us.
    private const int WithoutDescriptors = 50_000;

    private static readonly TimeSpan LogPause = TimeSpan.FromMinutes(1);

    private readonly int _max;
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private int _open;
    private long _loggedAt;

    private ConnectionLimits(int max, IServiceProvider services)
    {
        _max = max;
        _log = services.GetRequiredService<ILogger<ConnectionLimits>>();
        _clock = services.GetRequiredService<TimeProvider>();
    }

    public static void Set(KestrelServerOptions kestrel)
    {
        var limits = kestrel.Limits;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestHeaderCount = 100;
        limits.MaxRequestBodySize = BodyLimit.Drained;
        limits.MaxRequestBufferSize = 128 * 1024;
        limits.MaxResponseBufferSize = 64 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 512, gracePeriod: TimeSpan.FromSeconds(10));
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        var connections = new ConnectionLimits(CountMax(ReadDescriptorLimit()), kestrel.ApplicationServices);
        kestrel.ConfigureEndpointDefaults(endpoint =>
        {
            endpoint.Use(next => connection => connections.Serve(connection, next));
            Takeover.AddTo(endpoint);
        });
    }

    /// <summary>Makes the listening itself stop where descriptors would run out.</summary>
    public static void AddTo(IServiceCollection services) => services.AddSingleton<IConnectionListenerFactory>(provider =>
        new BoundedListening(ActivatorUtilities.CreateInstance<SocketTransportFactory>(provider), CountMax(ReadDescriptorLimit()) + Surplus));

    /// <summary>
    /// Connections at a time, sockets among them. Where descriptors run out the database cannot open its files, and the framework stops
    /// listening for good; so some are always left.
    /// </summary>
    internal static int CountMax(int? descriptors) => descriptors is { } count ? Math.Max(count - Reserved, Fewest) : WithoutDescriptors;

    // "Max open files            1024                 524288               files": the first is what counts.
    private static int? ReadDescriptorLimit()
    {
        const string Name = "Max open files";
        if (!File.Exists("/proc/self/limits"))
            return null;
        var line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return int.TryParse(line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], out var count) ? count : null;
    }

    private async Task Serve(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= _max)
                await next(connection);
            else
                TurnAway(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private void TurnAway(ConnectionContext connection)
    {
        connection.Abort();
        Metrics.ConnectionsRefused.Add();
        var logged = Interlocked.Read(ref _loggedAt);
        var now = _clock.GetTimestamp();
        if ((logged == 0 || _clock.GetElapsedTime(logged, now) > LogPause) && Interlocked.CompareExchange(ref _loggedAt, now, logged) == logged)
            Log.ConnectionsFull(_log, _max);
    }
}
