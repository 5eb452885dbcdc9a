using System.Text.RegularExpressions;
using Dapper;
using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>The whole database as one file of pg_dump's own form, and such a file put in its place again.</summary>
internal static partial class PostgresBackup
{
    // Who is a node now is no news to a database that is put back.
    private static readonly string[] OfRunningNodes = ["cluster_nodes", "cluster_versions"];

    /// <summary>Writes everything as it is at one moment, while servers run or not. The target must not be there.</summary>
    public static void Take(string connectionString, string target)
    {
        using var connection = PostgresStart.Connect(connectionString);
        if (!PostgresMigrations.HasSchema(connection))
            throw new ConfigurationException("There is no Parley in this database.");
        var programs = new PostgresPrograms(connection, new NpgsqlConnectionStringBuilder(connectionString));
        var unfinished = UnfinishedFile.Make(target);
        using (var file = new FileStream(unfinished, FileMode.Open, FileAccess.Write))
            programs.Run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", .. OfRunningNodes.Select(table => $"--exclude-table-data={table}")], output => output.BaseStream.CopyTo(file));
        Check(programs, unfinished);
        UnfinishedFile.Flush(unfinished);
        File.Move(unfinished, target);
    }

    /// <summary>
    /// Puts a backup in the place of the database, in a new epoch: one transaction, so that it is there whole or not at all. Nodes that
    /// start meanwhile wait.
    /// </summary>
    public static void PutBack(string source, string connectionString, Protocol.Id epoch, bool replace)
    {
        if (!File.Exists(source))
            throw new ConfigurationException($"There is no backup at {source}.");
        using var connection = PostgresStart.Connect(connectionString);
        PostgresStart.Check(connection);
        PostgresMigrations.Lock(connection);
        PostgresStart.RefuseConnected(connection);
        if (!replace && PostgresMigrations.HasPeople(connection))
            throw new ConfigurationException("The database holds people and messages. With --replace the backup takes their place.");
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var programs = new PostgresPrograms(connection, settings);
        Check(programs, source);
        var schema = connection.QuerySingle<string>("SELECT current_schema()");
        programs.Feed("psql", ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file=-"], script =>
        {
            script.WriteLine("BEGIN;");
            script.WriteLine($"DROP TABLE IF EXISTS {string.Join(", ", PostgresMigrations.Tables)} CASCADE;");
            programs.Run("pg_restore", ["--no-owner", "--no-privileges", "--schema", schema, "--file=-", source], output =>
            {
                script.Flush();
                output.BaseStream.CopyTo(script.BaseStream);
            });
            script.WriteLine($"SET search_path = \"{schema}\";");
            script.WriteLine($"DELETE FROM meta WHERE name IN ('epoch', 'probe'); INSERT INTO meta (name, value) VALUES ('epoch', '{epoch}');");
            // Only now: where pg_restore has failed before, the end of the input ends the transaction without it.
            script.WriteLine("COMMIT;");
        });
    }

    /// <summary>Throws where the file is not a whole backup of this Parley or an older one.</summary>
    private static void Check(PostgresPrograms programs, string path)
    {
        var scripts = "";
        try
        {
            programs.Run("pg_restore", ["--data-only", "--table=schema_versions", "--file=-", path], output => scripts = output.ReadToEnd());
        }
        catch (ConfigurationException error)
        {
            throw new ConfigurationException($"The backup cannot be read, and nothing was changed. {error.Message}");
        }
        PostgresMigrations.RefuseUnknown(ScriptName().Matches(scripts).Select(match => match.Value));
    }

    [GeneratedRegex(@"Parley\.Server\.\S+\.sql")]
    private static partial Regex ScriptName();
}
