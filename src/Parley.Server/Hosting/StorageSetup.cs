using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Telemetry;

namespace Parley.Server.Hosting;

/// <summary>Chooses the engine, and opens the data folder and the database.</summary>
public static class StorageSetup
{
    /// <summary>
    /// Begins to open both beside the rest of the server, which is put together meanwhile: most of either is the runtime's compiling and loading, on
    /// one thread (docs/decisions/0022-storage-opens-beside.md).
    /// </summary>
    /// <param name="options">Where they are.</param>
    /// <param name="clock">What the database goes by.</param>
    /// <param name="fill">Puts into the database what the server is to find there, before it is opened.</param>
    public static Task<(DataFolder Folder, Database Database)> BeginStorage(ServerOptions options, TimeProvider clock, Func<ServerOptions, Task> fill) => Task.Run(async () =>
    {
        var folder = DataFolder.Open(options.Data);
        try
        {
            await fill(options);
            return (folder, Open(options, clock));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    });

    /// <summary>Adds what <see cref="BeginStorage"/> opens.</summary>
    public static void AddStorage(this WebApplicationBuilder builder, Task<(DataFolder Folder, Database Database)> storage)
    {
        builder.Services.AddSingleton(_ => storage.GetAwaiter().GetResult().Folder);
        builder.Services.AddSingleton(_ => storage.GetAwaiter().GetResult().Database);
    }

    /// <summary>Waits for it, so that a wrong folder or database is said before the port is taken.</summary>
    public static void UseStorage(this WebApplication app)
    {
        app.Services.GetRequiredService<DataFolder>();
        app.Services.GetRequiredService<Database>();
        Metrics.FindReadiness = app.Services.GetRequiredService<Readiness>().FindLast;
    }

    internal static Database Open(ServerOptions options, TimeProvider clock)
    {
        var address = DatabaseAddress.Of(options);
        return address.IsPostgres ? PostgresDatabase.Open(address.ConnectionString, clock) : SqliteDatabase.Open(address.ConnectionString, clock);
    }
}
