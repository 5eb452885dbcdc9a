using System.CommandLine;
using Parley.Server.Hosting;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sqlite;

namespace Parley.Server.Operations;

/// <summary>parley migrate: brings the schema up to date, as the server does at its start, without serving.</summary>
public static class Migrate
{
    /// <summary>The command.</summary>
    public static Command Define()
    {
        var command = new Command("migrate", "brings the database up to date. The server does so too, when it starts");
        command.SetAction(parsed => Run(CommandLine.Read(parsed)));
        return command;
    }

    private static void Run(ServerOptions options)
    {
        var address = DatabaseAddress.Of(options);
        // One after the other, as with the server: PostgreSQL has a lock of its own for that.
        using var folder = address.IsPostgres ? null : DataFolder.Open(options.Data);
        var ran = address.IsPostgres ? PostgresDatabase.Migrate(address.ConnectionString) : SqliteDatabase.Migrate(address.ConnectionString);
        Console.WriteLine(ran.Count == 0 ? "The database was up to date." : $"The database is up to date: {string.Join(", ", ran)}.");
    }
}
