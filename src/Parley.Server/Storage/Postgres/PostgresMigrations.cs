using Dapper;
using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Brings the schema up to date with the numbered scripts of Migrations/.</summary>
internal static class PostgresMigrations
{
    private const string Folder = "Parley.Server.Storage.Postgres.Migrations.";

    // Any number that no other program is likely to take in the same database: "parley" in ASCII.
    private const long LockKey = 0x7061726C6579;

    /// <summary>Nodes that start at once come one after the other; the lock ends with the connection, whatever becomes of the node.</summary>
    public static void Run(NpgsqlConnection connection, string connectionString)
    {
        connection.Execute("SELECT pg_advisory_lock(@LockKey)", new { LockKey });
        var unpooled = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        var engine = DeployChanges.To.PostgresqlDatabase(unpooled)
            .WithScriptsEmbeddedInAssembly(typeof(PostgresMigrations).Assembly, name => name.StartsWith(Folder, StringComparison.Ordinal))
            .JournalToPostgresqlTable(null, "schema_versions")
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .WithExecutionTimeout(TimeSpan.Zero)
            .LogTo(new NoOpUpgradeLog())
            .Build();
        RefuseNewerSchema(connection, engine);
        var result = engine.PerformUpgrade();
        if (!result.Successful)
        {
            var cause = result.Error is PostgresException refused ? refused.MessageText : result.Error.Message;
            throw new ConfigurationException(
                $"The database could not be brought up to date ({result.ErrorScript?.Name}: {cause}). Nothing was changed by that step.");
        }
        connection.Execute("SELECT pg_advisory_unlock(@LockKey)", new { LockKey });
    }

    private static void RefuseNewerSchema(NpgsqlConnection connection, UpgradeEngine engine)
    {
        var known = engine.GetDiscoveredScripts().Select(script => script.Name).ToHashSet();
        if (connection.QuerySingle<string?>("SELECT to_regclass('schema_versions')::text") is null)
            return;
        var unknown = connection.Query<string>("SELECT scriptname FROM schema_versions").FirstOrDefault(name => !known.Contains(name));
        if (unknown is not null)
            throw new ConfigurationException(
                $"The database was written by a newer Parley (it has {unknown[Folder.Length..]}). Install that version or a later one.");
    }
}
