using Microsoft.AspNetCore.HttpOverrides;
using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Hosting;

/// <summary>What every slice stands on: where the server listens, errors, headers, JSON, page tokens.</summary>
public static class HostingSetup
{
    /// <summary>Adds the services.</summary>
    public static void AddHosting(this WebApplicationBuilder builder, ServerOptions options, TimeProvider clock)
    {
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton<Signals>();
        builder.Services.AddSingleton<IHostLifetime>(services => services.GetRequiredService<Signals>());
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<Greeting>();
        builder.Services.AddSingleton<OriginCheck>();
        PageTokens.AddTo(builder.Services, services => new DatabaseKeys(services.GetRequiredService<Database>()));
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            foreach (var network in options.Proxies)
                forwarded.KnownIPNetworks.Add(network);
        });
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            // The framework's own options, brought to what WireJson says.
            var wire = WireJson.Wire.Options;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Wire);
            json.SerializerOptions.DefaultIgnoreCondition = wire.DefaultIgnoreCondition;
            json.SerializerOptions.Encoder = wire.Encoder;
            json.SerializerOptions.NumberHandling = wire.NumberHandling;
        });
        builder.Services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.MimeTypes = ["text/html", "text/css", "text/javascript", "application/json", "application/manifest+json", "image/svg+xml"];
        });
        builder.AddRateLimits(options);
        builder.AddApiDocument();
        builder.AddTelemetry(options);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // Why the server cannot start is said in a sentence by the command line; the host's own account of it would bury that.
        var start = new StartState();
        builder.Services.AddSingleton(start);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", level => start.IsUp && level >= LogLevel.Warning);
        // The keys lie beside the data that they guard; encrypting them with a key that lies there too would be show.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // What is under way is done in far less; what is left then are clients that do not read.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        ConnectionLimits.AddTo(builder.Services);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            ConnectionLimits.Set(kestrel);
            Listening.Listen(kestrel, options);
        });
    }

    /// <summary>Everything that comes before the slices.</summary>
    public static void UseHosting(this WebApplication app)
    {
        var start = app.Services.GetRequiredService<StartState>();
        app.Lifetime.ApplicationStarted.Register(() => start.IsUp = true);
        app.UseForwardedHeaders();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<Errors>();
        app.UseRouting();
        app.UseWebSockets();
        app.UseMiddleware<CrossSiteGuard>();
        app.UseWebApp();
    }

    private sealed class StartState
    {
        public bool IsUp { get; set; }
    }
}
