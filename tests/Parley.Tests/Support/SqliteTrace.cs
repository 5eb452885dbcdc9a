using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Data.Sqlite;
using Parley.Server.Storage;

namespace Parley.Tests.Support;

/// <summary>SQLite's trace of every connection to one file, and EXPLAIN QUERY PLAN of what it saw.</summary>
internal sealed partial class SqliteTrace : StatementWatch
{
    private const string Library = "e_sqlite3";
    private const uint Statements = 1;

    private static readonly ConcurrentDictionary<string, ConcurrentDictionary<string, int>> Watched = [];

    // Called from SQLite for as long as the process lives.
    private static readonly Opened OnOpened = Attach;
    private static readonly Traced OnTraced = Note;
    private static readonly Lazy<int> Registered = new(() => sqlite3_auto_extension(OnOpened));

    private readonly string _path;

    public SqliteTrace(string connectionString)
    {
        ConnectionString = connectionString;
        _path = new SqliteConnectionStringBuilder(connectionString).DataSource;
        Watched[_path] = [];
        if (Registered.Value != 0)
            throw new InvalidOperationException($"SQLite does not let itself be watched ({Registered.Value}).");
    }

    private delegate int Opened(nint database, nint error, nint api);

    private delegate int Traced(uint what, nint database, nint statement, nint sql);

    public override string ConnectionString { get; }

    /// <summary>How often each statement was run so far.</summary>
    public Dictionary<string, int> Count() => Watched[_path].Where(seen => Kind().IsMatch(seen.Key)).ToDictionary();

    public override Task<List<SeenStatement>> Read(Database database) => database.Read(async connection =>
    {
        var keys = (await connection.QueryAsync<(string Table, string Column)>("""
            SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND c.pk = 1
            """)).ToDictionary(row => row.Table, row => row.Column);
        var seen = new List<SeenStatement>();
        foreach (var sql in Watched[_path].Keys.Where(sql => Kind().IsMatch(sql)))
        {
            var parameters = new DynamicParameters();
            foreach (Match parameter in Parameter().Matches(sql))
                parameters.Add(parameter.Value, 1L);
            var plan = await connection.QueryAsync<(long Id, long Parent, long Unused, string Detail)>($"EXPLAIN QUERY PLAN {sql}", parameters);
            var tables = keys.Keys.ToDictionary(table => table);
            foreach (Match alias in Alias().Matches(sql).Where(match => keys.ContainsKey(match.Groups[1].Value)))
                tables.TryAdd(alias.Groups[2].Value, alias.Groups[1].Value);
            // Other names are those of subqueries, whose own reading is a line of its own.
            seen.Add(new SeenStatement(sql, [.. from line in plan
                let words = Access().Match(line.Detail)
                where words.Success && tables.ContainsKey(words.Groups[2].Value)
                let table = tables[words.Groups[2].Value]
                select new TableAccess(table, words.Groups[1].Value == "SCAN"
                    ? null
                    : words.Groups[3].Value.Replace("rowid=", keys[table] + "=", StringComparison.Ordinal))]));
        }
        return seen;
    });

    public override void Dispose() => Watched.TryRemove(_path, out _);

    private static int Attach(nint database, nint error, nint api)
    {
        if (Marshal.PtrToStringUTF8(sqlite3_db_filename(database, "main")) is { } path && Watched.ContainsKey(path))
            _ = sqlite3_trace_v2(database, Statements, OnTraced, database);
        return 0;
    }

    private static int Note(uint what, nint database, nint statement, nint sql)
    {
        if (Watched.TryGetValue(Marshal.PtrToStringUTF8(sqlite3_db_filename(database, "main"))!, out var seen))
            seen.AddOrUpdate(Marshal.PtrToStringUTF8(sql)!, 1, (_, times) => times + 1);
        return 0;
    }

    [DllImport(Library)]
    private static extern int sqlite3_auto_extension(Opened entry);

    [DllImport(Library)]
    private static extern int sqlite3_trace_v2(nint database, uint mask, Traced traced, nint context);

    [DllImport(Library)]
    private static extern nint sqlite3_db_filename(nint database, [MarshalAs(UnmanagedType.LPUTF8Str)] string schema);

    [GeneratedRegex(@"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")]
    private static partial Regex Kind();

    [GeneratedRegex(@"[@$]\w+")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\b(?:FROM|JOIN)\s+(\w+)\s+(?:AS\s+)?(\w+)")]
    private static partial Regex Alias();

    // Such as: SEARCH m USING INDEX sqlite_autoindex_messages_1 (thread_id=? AND seq>?).
    [GeneratedRegex(@"^(SCAN|SEARCH) (\w+)(?:.*(\(.*\)))?")]
    private static partial Regex Access();
}
