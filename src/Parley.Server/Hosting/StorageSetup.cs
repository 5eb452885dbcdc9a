using System.Data.Common;
using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sqlite;

namespace Parley.Server.Hosting;

/// <summary>Chooses the engine.</summary>
public static class StorageSetup
{
    /// <summary>Opens the database as the server is put together, so that what is wrong with it is said before the port is taken.</summary>
    public static void AddParleyStorage(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton(services => Open(
            services.GetRequiredService<ServerOptions>(), services.GetRequiredService<DataFolder>(), services.GetRequiredService<TimeProvider>()));

    internal static Database Open(ServerOptions options, DataFolder folder, TimeProvider clock)
    {
        if (options.Database is null)
            return SqliteDatabase.Open(new DbConnectionStringBuilder { ["Data Source"] = Path.Combine(folder.Path, "parley.db") }.ConnectionString, clock);
        if (PostgresAddress.TryRead(options.Database, out var postgres))
            return PostgresDatabase.Open(postgres, clock);
        if (IsSqlite(options.Database))
            return SqliteDatabase.Open(options.Database, clock);
        // The string may hold a password: no message repeats it.
        throw new ConfigurationException(
            "The database's connection string cannot be read. It looks like \"postgres://user:password@host/database\", " +
            "\"Host=…;Database=…;Username=…;Password=…\" or \"Data Source=/var/lib/parley/parley.db\".");
    }

    private static bool IsSqlite(string connectionString)
    {
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
            return parts.ContainsKey("Data Source") || parts.ContainsKey("Filename");
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
