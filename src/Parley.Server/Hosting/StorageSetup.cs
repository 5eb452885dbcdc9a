using System.Data.Common;
using Parley.Server.Storage;
using Parley.Server.Storage.Sqlite;

namespace Parley.Server.Hosting;

/// <summary>Chooses the engine.</summary>
public static class StorageSetup
{
    /// <summary>Opens the database as the server is put together, so that what is wrong with it is said before the port is taken.</summary>
    public static void AddParleyStorage(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton(services => Open(
            services.GetRequiredService<ServerOptions>(), services.GetRequiredService<DataFolder>(), services.GetRequiredService<TimeProvider>()));

    internal static Database Open(ServerOptions options, DataFolder folder, TimeProvider clock) =>
        SqliteDatabase.Open(FindSqlite(options.Database, folder.Path), clock);

    private static string FindSqlite(string? connectionString, string folder)
    {
        if (connectionString is null)
            return new DbConnectionStringBuilder { ["Data Source"] = Path.Combine(folder, "parley.db") }.ConnectionString;
        // The string may hold a password: no message repeats it.
        if (connectionString.StartsWith("postgres", StringComparison.OrdinalIgnoreCase))
            throw NotYet();
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
            if (parts.ContainsKey("Host") || parts.ContainsKey("Server"))
                throw NotYet();
            if (parts.ContainsKey("Data Source") || parts.ContainsKey("Filename"))
                return connectionString;
        }
        catch (ArgumentException)
        {
        }
        throw new ConfigurationException("The database's connection string cannot be read. It looks like \"Data Source=/var/lib/parley/parley.db\".");
    }

    private static ConfigurationException NotYet() =>
        new("PostgreSQL is not supported yet. Leave --database out to keep everything in a SQLite file in the data folder.");
}
