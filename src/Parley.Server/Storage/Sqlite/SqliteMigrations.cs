using Dapper;
using DbUp;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Brings the schema up to date with the numbered scripts of Migrations/.</summary>
internal static class SqliteMigrations
{
    private const string Folder = "Parley.Server.Storage.Sqlite.Migrations.";

    /// <summary>Runs what has not run yet, and gives the names of it.</summary>
    public static IReadOnlyList<string> Run(string connectionString)
    {
        // The journal mode stays with the file, and must be set outside of a transaction.
        using (var connection = SqliteConnections.OpenWriter(connectionString))
        {
            RefuseNewerSchema(connection);
            // DbUp would look for itself, and has to be loaded for it: most starts find nothing to do.
            if (HasAll(connection))
                return [];
        }
        var result = DeployChanges.To.SqliteDatabase(connectionString)
            .WithScriptsEmbeddedInAssembly(typeof(SqliteMigrations).Assembly, name => name.StartsWith(Folder, StringComparison.Ordinal))
            .JournalToSqliteTable("schema_versions")
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        SqliteConnection.ClearAllPools();
        if (!result.Successful)
            throw new ConfigurationException(
                $"The database could not be brought up to date ({result.ErrorScript?.Name}: {result.Error.Message}). Nothing was changed by that step.");
        return [.. result.Scripts.Select(script => Path.GetFileNameWithoutExtension(script.Name[Folder.Length..]))];
    }

    /// <summary>Whether a Parley has made the schema of this database.</summary>
    public static bool HasSchema(SqliteConnection connection) =>
        connection.QuerySingle<int>("SELECT count(*) FROM sqlite_master WHERE name = 'schema_versions'") > 0;

    /// <summary>Throws where a script has run that this program does not have.</summary>
    public static void RefuseNewerSchema(SqliteConnection connection)
    {
        if (!HasSchema(connection))
            return;
        var known = Scripts().ToHashSet();
        var unknown = Done(connection).FirstOrDefault(name => !known.Contains(name));
        if (unknown is not null)
            throw new ConfigurationException(
                $"The database was written by a newer Parley (it has {unknown[Folder.Length..]}). Install that version or a later one.");
    }

    /// <summary>Throws where the schema is not the one of this program.</summary>
    public static void RefuseOtherSchema(SqliteConnection connection)
    {
        RefuseNewerSchema(connection);
        if (!HasAll(connection))
            throw new ConfigurationException("The database was written by an older Parley. Bring it up to date first: stop the server, and run parley migrate.");
    }

    private static bool HasAll(SqliteConnection connection) => HasSchema(connection) && !Scripts().Except(Done(connection)).Any();

    private static IEnumerable<string> Done(SqliteConnection connection) => connection.Query<string>("SELECT ScriptName FROM schema_versions");

    private static IEnumerable<string> Scripts() =>
        typeof(SqliteMigrations).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal));
}
