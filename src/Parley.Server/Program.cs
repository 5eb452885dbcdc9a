using Parley.Server.Accounts;
using Parley.Server.Demo;
using Parley.Server.Fanout;
using Parley.Server.Hosting;
using Parley.Server.Messages;
using Parley.Server.Operations;
using Parley.Server.Photos;
using Parley.Server.Presence;
using Parley.Server.Sync;
using Parley.Server.Threads;

namespace Parley.Server;

/// <summary>The one process. This file is its table of contents.</summary>
public static class Program
{
    /// <summary>Runs until it is told to stop; the exit code is 0, 1 (cannot start) or 2 (the command line is wrong).</summary>
    public static Task<int> Main(string[] args) => CommandLine.Run(args, Build, [Migrate.Define(), Backup.Define(), Restore.Define(), Move.Define()]);

    /// <summary>Puts the server together, ready to start.</summary>
    public static WebApplication Build(ServerOptions options, TimeProvider clock)
    {
        var storage = StorageSetup.BeginStorage(options, clock, DemoSeed.Fill);
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddHosting(options, clock);
        builder.AddStorage(storage);
        builder.AddFanout(options);
        builder.AddAccounts();
        builder.AddPhotos();
        builder.AddSync();
        builder.AddThreads();
        builder.AddMessages();
        builder.AddPresence();

        var app = builder.Build();
        app.GreetDemo();
        app.UseHosting();
        app.UseSessions();
        app.UseRateLimits();

        var api = app.MapGroup("/api");
        api.MapHealth();
        api.MapApiDocument();
        api.MapAccounts();
        api.MapPhotos();
        api.MapSync();
        api.MapThreads();
        api.MapMessages();
        app.UseStorage();
        return app;
    }
}
