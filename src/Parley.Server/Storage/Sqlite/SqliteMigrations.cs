using Dapper;
using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Brings the schema up to date with the numbered scripts of Migrations/.</summary>
internal static class SqliteMigrations
{
    private const string Folder = "Parley.Server.Storage.Sqlite.Migrations.";

    public static void Run(string connectionString)
    {
        // The journal mode stays with the file, and must be set outside of a transaction.
        SqliteConnections.OpenWriter(connectionString).Dispose();
        var engine = DeployChanges.To.SqliteDatabase(connectionString)
            .WithScriptsEmbeddedInAssembly(typeof(SqliteMigrations).Assembly, name => name.StartsWith(Folder, StringComparison.Ordinal))
            .JournalToSqliteTable("schema_versions")
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build();
        RefuseNewerSchema(connectionString, engine);
        var result = engine.PerformUpgrade();
        SqliteConnection.ClearAllPools();
        if (!result.Successful)
            throw new ConfigurationException(
                $"The database could not be brought up to date ({result.ErrorScript?.Name}: {result.Error.Message}). Nothing was changed by that step.");
    }

    private static void RefuseNewerSchema(string connectionString, UpgradeEngine engine)
    {
        var known = engine.GetDiscoveredScripts().Select(script => script.Name).ToHashSet();
        using var connection = SqliteConnections.OpenReader(connectionString);
        if (connection.QuerySingle<int>("SELECT count(*) FROM sqlite_master WHERE name = 'schema_versions'") == 0)
            return;
        var unknown = connection.Query<string>("SELECT ScriptName FROM schema_versions").FirstOrDefault(name => !known.Contains(name));
        if (unknown is not null)
            throw new ConfigurationException(
                $"The database was written by a newer Parley (it has {unknown[Folder.Length..]}). Install that version or a later one.");
    }
}
