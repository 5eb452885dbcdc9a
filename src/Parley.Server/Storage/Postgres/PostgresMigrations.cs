using System.Reflection;
using System.Text.RegularExpressions;
using Dapper;
using DbUp;
using DbUp.Engine.Output;
using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Brings the schema up to date with the numbered scripts of Migrations/.</summary>
internal static partial class PostgresMigrations
{
    private const string Folder = "Parley.Server.Storage.Postgres.Migrations.";

    // Any number that no other program is likely to take in the same database: "parley" in ASCII.
    private const long LockKey = 0x7061726C6579;

    /// <summary>Every table that a Parley has made.</summary>
    public static IEnumerable<string> Tables =>
        Scripts().SelectMany(name => CreateTable().Matches(Read(name)).Select(match => match.Groups[1].Value)).Append("schema_versions").Append("unfinished_move");

    /// <summary>
    /// Runs what has not run yet, and gives the names of it. Nodes that start at once come one after the other; the lock ends with the
    /// connection, whatever becomes of the node.
    /// </summary>
    public static IReadOnlyList<string> Run(NpgsqlConnection connection, string connectionString)
    {
        Lock(connection);
        List<string> done = HasSchema(connection) ? [.. connection.Query<string>("SELECT scriptname FROM schema_versions")] : [];
        RefuseUnknown(done);
        // DbUp looks for itself, with connections of its own: most starts find nothing to do.
        var run = Scripts().Except(done).Any() ? Upgrade(connectionString) : [];
        connection.Execute("SELECT pg_advisory_unlock(@LockKey)", new { LockKey });
        return run;
    }

    /// <summary>Keeps nodes from starting until the connection is closed.</summary>
    public static void Lock(NpgsqlConnection connection) => connection.Execute("SELECT pg_advisory_lock(@LockKey)", new { LockKey });

    /// <summary>Whether a Parley has made the schema of this database.</summary>
    public static bool HasSchema(NpgsqlConnection connection) =>
        connection.QuerySingle<bool>("SELECT to_regclass('schema_versions') IS NOT NULL");

    /// <summary>Whether anyone has an account here.</summary>
    public static bool HasPeople(NpgsqlConnection connection) =>
        connection.QuerySingle<bool>("SELECT to_regclass('users') IS NOT NULL") && connection.QuerySingle<bool>("SELECT EXISTS (SELECT 1 FROM users)");

    /// <summary>Throws where one of the scripts that have run is not among those of this program.</summary>
    public static void RefuseUnknown(IEnumerable<string> scripts)
    {
        var known = Scripts().ToHashSet();
        var unknown = scripts.FirstOrDefault(name => !known.Contains(name));
        if (unknown is not null)
            throw new ConfigurationException(
                $"The database was written by a newer Parley (it has {unknown[Folder.Length..]}). Install that version or a later one.");
    }

    private static List<string> Upgrade(string connectionString)
    {
        var unpooled = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        var result = DeployChanges.To.PostgresqlDatabase(unpooled)
            .WithScriptsEmbeddedInAssembly(typeof(PostgresMigrations).Assembly, name => name.StartsWith(Folder, StringComparison.Ordinal))
            .JournalToPostgresqlTable(null, "schema_versions")
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .WithExecutionTimeout(TimeSpan.Zero)
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
        {
            var cause = result.Error is PostgresException refused ? refused.MessageText : result.Error.Message;
            throw new ConfigurationException(
                $"The database could not be brought up to date ({result.ErrorScript?.Name}: {cause}). Nothing was changed by that step.");
        }
        return [.. result.Scripts.Select(script => Path.GetFileNameWithoutExtension(script.Name[Folder.Length..]))];
    }

    private static IEnumerable<string> Scripts() =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal));

    private static string Read(string script)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(script)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"CREATE TABLE (\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex CreateTable();
}
