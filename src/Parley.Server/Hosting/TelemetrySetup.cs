using System.Runtime.CompilerServices;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Parley.Server.Telemetry;

namespace Parley.Server.Hosting;

/// <summary>
/// Hands out what the server counts, where somebody asks for it: to Prometheus on a port of its own, to a collector by OTLP. Traces
/// go to the collector alone. Where nobody asks, OpenTelemetry is not even loaded.
/// </summary>
internal static class TelemetrySetup
{
    // Of the framework, the runtime, the driver and the cluster. Those that are not in use say nothing.
    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting", "System.Runtime", "Npgsql",
        "Microsoft.Orleans",
    ];

    // What is left is sent as the server stops, metrics and traces one after the other; a collector that hangs must not hold that up.
    private const int SendMaxMilliseconds = 1_000;

    private static readonly string[] Sources = ["Npgsql", "Microsoft.Orleans.Application"];

    public static void AddTelemetry(this WebApplicationBuilder builder, ServerOptions options)
    {
        if (options.MetricsPort is not null || options.HasCollector)
            Load(builder, options);
    }

    // Apart, so that the runtime does not look for the libraries before they are needed.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Load(WebApplicationBuilder builder, ServerOptions options)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("parley", serviceVersion: typeof(TelemetrySetup).Assembly.GetName().Version?.ToString()))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Metrics.MeterName).AddMeter(Meters);
                if (options.MetricsPort is not null)
                    metrics.AddPrometheusExporter();
            });
        if (options.HasCollector)
        {
            // Its address, protocol, headers and pace are the variables of OpenTelemetry's own specification.
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter(Bound));
            telemetry.WithTracing(traces => traces.AddSource(Traces.Source.Name).AddSource(Sources).AddOtlpExporter(Bound).AddAspNetCoreInstrumentation(
                http => http.Filter = context => Routes.IsApi(context.Request) && !context.Request.Path.StartsWithSegments("/api/health")));
        }
        if (options.MetricsPort is not null)
            builder.Services.AddHostedService<MetricsEndpoint>();
    }

    private static void Bound(OtlpExporterOptions exporter) => exporter.TimeoutMilliseconds = Math.Min(exporter.TimeoutMilliseconds, SendMaxMilliseconds);
}
