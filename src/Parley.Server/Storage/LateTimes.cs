using System.Collections.Concurrent;
using System.Globalization;
using Dapper;
using Parley.Protocol;

namespace Parley.Server.Storage;

/// <summary>
/// Times that nobody waits for, such as when someone was last there: gathered, and written together. A crowd that comes or goes at once would else
/// be as many commits.
/// </summary>
internal sealed class LateTimes(string table, string key, string column)
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    private const int RowsMax = 500;

    private readonly ConcurrentDictionary<long, long> _unwritten = new();

    /// <summary>Sets the time of a row, in milliseconds since 1970. One that is earlier than the stored one changes nothing.</summary>
    public void Set(long id, long time) => _unwritten[id] = time;

    /// <summary>The time of a row that is not written yet; null where there is none.</summary>
    public long? Find(long id) => _unwritten.TryGetValue(id, out var time) ? time : null;

    /// <summary>Writes what has gathered, every few seconds.</summary>
    public async Task KeepWriting(Database database, TimeProvider clock, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Round, clock);
        while (await timer.WaitForNextTickAsync(stop))
            await Write(database);
    }

    /// <summary>Writes what has gathered. What cannot be written now is kept for the next time.</summary>
    public async Task Write(Database database)
    {
        try
        {
            await WriteAll(database);
        }
        catch (Refusal)
        {
            // The database is away, or full: its readiness says so.
        }
    }

    private async Task WriteAll(Database database)
    {
        // In the order of their ids, so that two nodes that write the same rows hardly ever wait for each other in a circle; if they do, one begins
        // again. Copied by the dictionary's own ToArray first: LINQ asks for the number and then for the entries, and throws where one has
        // gone in between.
        foreach (var rows in _unwritten.ToArray().OrderBy(row => row.Key).Chunk(RowsMax))
        {
            // Written out, since the engines take lists in different ways.
            var values = string.Join(',', rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"({row.Key},{row.Value})")));
            var sql = $"UPDATE {table} SET {column} = v.column2 FROM (VALUES {values}) v WHERE {key} = v.column1 AND {column} < v.column2";
            await database.Write(connection => connection.ExecuteAsync(new CommandDefinition(sql, flags: CommandFlags.NoCache)));
            foreach (var row in rows)
                _unwritten.TryRemove(row);
        }
    }
}
