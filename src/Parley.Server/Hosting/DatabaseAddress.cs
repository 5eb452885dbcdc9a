using System.Data.Common;
using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;

namespace Parley.Server.Hosting;

/// <summary>Which engine holds the data, and the connection string in its driver's words.</summary>
public sealed record DatabaseAddress(bool IsPostgres, string ConnectionString)
{
    /// <summary>The database that the flags mean: the one that is named, or else SQLite in the data folder.</summary>
    public static DatabaseAddress Of(ServerOptions options) =>
        options.Database is null ? InFolder(Path.GetFullPath(options.Data)) : Read(options.Database);

    /// <summary>SQLite in a data folder.</summary>
    public static DatabaseAddress InFolder(string folder) =>
        new(false, new DbConnectionStringBuilder { ["Data Source"] = Path.Combine(folder, "parley.db") }.ConnectionString);

    /// <summary>Reads a connection string of either engine, or throws <see cref="ConfigurationException"/>.</summary>
    public static DatabaseAddress Read(string text)
    {
        if (PostgresAddress.TryRead(text, out var postgres))
            return new DatabaseAddress(true, postgres);
        if (IsSqlite(text))
            return new DatabaseAddress(false, text);
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
