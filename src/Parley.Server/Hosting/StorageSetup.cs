using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sqlite;

namespace Parley.Server.Hosting;

/// <summary>Chooses the engine.</summary>
public static class StorageSetup
{
    /// <summary>Opens the database as the server is put together, so that what is wrong with it is said before the port is taken.</summary>
    public static void AddParleyStorage(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton(services => Open(services.GetRequiredService<ServerOptions>(), services.GetRequiredService<TimeProvider>()));

    internal static Database Open(ServerOptions options, TimeProvider clock)
    {
        var address = DatabaseAddress.Of(options);
        return address.IsPostgres ? PostgresDatabase.Open(address.ConnectionString, clock) : SqliteDatabase.Open(address.ConnectionString, clock);
    }
}
