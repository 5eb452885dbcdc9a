using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;
using Parley.Server.Storage.Sqlite;

namespace Parley.Server.Operations;

/// <summary>
/// parley move: everything from SQLite to PostgreSQL. It compares part by part and copies what differs, so it can be run again at any
/// time and goes on: first beside the running server, then, with the server stopped, for what has changed since. Only the last run, in
/// which nothing can change any more, ends the move.
/// </summary>
public static class Move
{
    private const int RowsAtOnce = 20_000;
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(10);

    private static readonly Option<string?> From = new("--from") { Description = "the data folder, or the connection string of the SQLite database. Without it, what --data says" };
    private static readonly Option<string?> To = new("--to") { Description = "the connection string of an empty PostgreSQL database. Without it, what --database says" };

    /// <summary>The command.</summary>
    public static Command Define()
    {
        var command = new Command("move", "copies everything from SQLite to PostgreSQL, first while the server runs, then once more when it is stopped") { From, To };
        command.SetAction(parsed => Run(CommandLine.Read(parsed), parsed.GetValue(From), parsed.GetValue(To)));
        return command;
    }

    private static void Run(ServerOptions options, string? from, string? to)
    {
        var source = from is null || Directory.Exists(from) ? DatabaseAddress.InFolder(Path.GetFullPath(from ?? options.Data)) : DatabaseAddress.Read(from);
        var target = DatabaseAddress.Read(to ?? options.Database ?? throw new ConfigurationException("Say with --to where everything goes."));
        if (source.IsPostgres || !target.IsPostgres)
            throw new ConfigurationException("A move goes from SQLite to PostgreSQL: --from is a data folder, and --to looks like postgres://user:password@host/database.");
        using var here = SqliteSource.Open(source.ConnectionString);
        using var there = PostgresTarget.Open(target.ConnectionString);
        RefuseMoved(here, there);
        var clock = Stopwatch.StartNew();
        Say(here.IsAlone ? $"Moving to {there.Name}." : $"Copying to {there.Name} while the server runs.");
        var tables = there.Begin(target.ConnectionString, here.Tables);
        foreach (var table in tables)
            MoveTable(here, there, table);
        if (here.IsAlone)
        {
            Say("Making the indexes and checking the foreign keys.");
            there.PutUp(tables);
            // In this order: ended between the two, no server starts on either, and the next run ends the move.
            here.MarkMoved(there.Name);
            there.Finish(NewId.At(TimeProvider.System.GetUtcNow()));
            Say($"Moved and compared, in {Seconds(clock)}: everything is the same on both sides. Start the server with --database. None starts on the old database any more.");
        }
        else
        {
            Say($"What was there is copied, in {Seconds(clock)}. Stop the server and run this again: it copies what has changed since, compares everything and ends the move.");
        }
    }

    private static void RefuseMoved(SqliteSource here, PostgresTarget there)
    {
        if (here.MovedTo is { } place && (place != there.Name || !there.IsUnfinished))
            throw new ConfigurationException($"This database was moved to {place} already. Start the server there.");
    }

    private static void MoveTable(SqliteSource here, PostgresTarget there, MovedTable table)
    {
        using var ours = new MovedContent();
        using var theirs = new MovedContent();
        var copied = 0L;
        var said = Stopwatch.StartNew();
        object[]? after = null;
        for (var isLast = false; !isLast;)
        {
            (var rows, isLast) = here.Read(table, after, RowsAtOnce);
            var upTo = isLast ? null : table.KeyOf(rows[^1]);
            var found = there.Read(table, after, upTo);
            var difference = MovedRows.Between(table, rows, found);
            if (!difference.IsEmpty)
            {
                there.Apply(table, difference);
                copied += difference.Come.Count;
                // As it is stored, not as it was sent.
                if (here.IsAlone)
                    found = there.Read(table, after, upTo);
            }
            ours.Add(rows);
            if (here.IsAlone)
                theirs.Add(found);
            after = upTo;
            if (said.Elapsed > SayEvery)
            {
                Say(string.Create(CultureInfo.InvariantCulture, $"  {table.Name}: {ours.Rows:N0} rows so far, {copied:N0} of them copied"));
                said.Restart();
            }
        }
        if (here.IsAlone)
            Compare(table, ours, theirs, copied);
        else
            Say(string.Create(CultureInfo.InvariantCulture, $"  {table.Name}: {ours.Rows:N0} rows, {copied:N0} of them copied now"));
    }

    private static void Compare(MovedTable table, MovedContent ours, MovedContent theirs, long copied)
    {
        var hash = ours.Finish();
        if (ours.Rows != theirs.Rows || hash != theirs.Finish())
            throw new ConfigurationException(
                $"{table.Name} is not the same on both sides: {ours.Rows} rows here, {theirs.Rows} there. Somebody else writes there: find out who, then run this again.");
        Say(string.Create(CultureInfo.InvariantCulture, $"  {table.Name}: {ours.Rows:N0} rows on both sides, SHA-256 {hash[..16]}…, {copied:N0} of them copied now"));
    }

    private static string Seconds(Stopwatch clock) => string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0} s");

    private static void Say(string line) => Console.WriteLine(line);
}
