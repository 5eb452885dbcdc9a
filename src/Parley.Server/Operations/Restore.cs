using System.CommandLine;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sqlite;

namespace Parley.Server.Operations;

/// <summary>
/// parley restore: puts a backup in the place of the database. It has lost what came after it, so it begins a new epoch (S7), and every
/// client fetches its lists anew.
/// </summary>
public static class Restore
{
    private static readonly Argument<string> Source = new("file") { Description = "what parley backup has written" };
    private static readonly Option<bool> Replace = new("--replace") { Description = "even where the database holds people and messages" };

    /// <summary>The command.</summary>
    public static Command Define()
    {
        var command = new Command("restore", "puts a backup in the place of the database, while no server runs on it") { Source, Replace };
        command.SetAction(parsed => Run(CommandLine.Read(parsed), Path.GetFullPath(parsed.GetRequiredValue(Source)), parsed.GetValue(Replace)));
        return command;
    }

    private static void Run(ServerOptions options, string source, bool replace)
    {
        var epoch = NewId.At(TimeProvider.System.GetUtcNow());
        var address = DatabaseAddress.Of(options);
        if (address.IsPostgres)
        {
            PostgresBackup.PutBack(source, address.ConnectionString, epoch, replace);
            Console.WriteLine("The backup is in place.");
            return;
        }
        using var folder = DataFolder.Open(options.Data);
        var aside = SqliteBackup.PutBack(source, address.ConnectionString, epoch, replace);
        Console.WriteLine(aside is null ? "The backup is in place." : $"The backup is in place. The database before it is {aside}; delete it when it is not missed.");
    }
}
