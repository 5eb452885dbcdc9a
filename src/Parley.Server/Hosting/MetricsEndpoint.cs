using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using OpenTelemetry.Metrics;
using Parley.Server.Storage;

namespace Parley.Server.Hosting;

/// <summary>
/// A small server beside the public one that answers <c>/metrics</c> and nothing else. On a port of its own it is never public by
/// accident, and it answers when the other one is full or draining.
/// </summary>
internal sealed class MetricsEndpoint(ServerOptions options, MeterProvider metrics, Greeting greeting) : IHostedService, IAsyncDisposable
{
    private WebApplication? _app;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (options.MetricsHost.Equals(IPAddress.IPv6Any))
                kestrel.ListenAnyIP(options.MetricsPort!.Value);
            else
                kestrel.Listen(options.MetricsHost, options.MetricsPort!.Value);
        });
        // Signals are the other server's; this one ends with it.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        _app = builder.Build();
        _app.UseOpenTelemetryPrometheusScrapingEndpoint(metrics, null, "/metrics", null, null);
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (IOException error) when (error.InnerException is AddressInUseException)
        {
            throw new ConfigurationException("The port for metrics is in use. Choose another with --metrics-port.");
        }
        catch (SocketException error)
        {
            throw new ConfigurationException($"The address or port for metrics cannot be used: {error.Message}. Choose others with --metrics-host and --metrics-port.");
        }
        greeting.Add($"Its metrics are at {_app.Urls.Single()}/metrics.");
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
