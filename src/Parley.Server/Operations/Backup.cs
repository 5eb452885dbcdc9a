using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sqlite;

namespace Parley.Server.Operations;

/// <summary>parley backup: the whole database as one file, while the server runs or not.</summary>
public static class Backup
{
    private static readonly Argument<string> Target = new("file") { Description = "where to; it must not be there yet" };

    /// <summary>The command.</summary>
    public static Command Define()
    {
        var command = new Command("backup", "writes everything to one file, while the server runs or not") { Target };
        command.SetAction(parsed => Run(CommandLine.Read(parsed), parsed.GetRequiredValue(Target)));
        return command;
    }

    private static void Run(ServerOptions options, string file)
    {
        var target = Path.GetFullPath(file);
        if (Path.Exists(target))
            throw new ConfigurationException($"{target} is there already, and a backup overwrites nothing. Choose another name.");
        if (!Directory.Exists(Path.GetDirectoryName(target)))
            throw new ConfigurationException($"There is no folder {Path.GetDirectoryName(target)}. Make it, or choose another.");
        var address = DatabaseAddress.Of(options);
        var clock = Stopwatch.StartNew();
        if (address.IsPostgres)
            PostgresBackup.Take(address.ConnectionString, target);
        else
            SqliteBackup.Take(address.ConnectionString, target);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Everything is in {target}: {new FileInfo(target).Length / 1e6:0.0} MB, in {clock.Elapsed.TotalSeconds:0.0} s."));
    }
}
