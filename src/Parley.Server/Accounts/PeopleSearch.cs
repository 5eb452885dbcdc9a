using System.Data.Common;
using Dapper;
using Parley.Protocol;

namespace Parley.Server.Accounts;

/// <summary>
/// Finds people by the beginnings of words of their name or username. Each word of the query must begin one of theirs; prefixes
/// only, so that the list of everyone cannot be fished out by letters.
/// </summary>
internal static class PeopleSearch
{
    private const int ResultsMax = 20, WordsMax = 5, LongestQuery = 200;

    public static async Task<List<User>> Find(DbConnection connection, Id caller, string query)
    {
        if (query.Length > LongestQuery)
            throw Refusal.Invalid("query", $"A search has at most {LongestQuery} characters.");
        // People write @ada for the user ada.
        var words = query.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.TrimStart('@')).Where(word => word.Length > 0).Take(WordsMax).ToList();
        if (words.Count == 0)
            return [];
        var parameters = new DynamicParameters(new { caller = caller.Value, exact = words[0], max = ResultsMax });
        for (var i = 0; i < words.Count; i++)
            parameters.Add($"word{i}", $"% {Escape(words[i])}%");
        var conditions = string.Concat(words.Select((_, i) => $" AND search_name LIKE @word{i} ESCAPE '\\'"));
        return [.. (await connection.QueryAsync<Row>($"""
            SELECT user_id AS UserId, username AS Username, full_name AS FullName, photo_id AS PhotoId FROM users
            WHERE user_id <> @caller{conditions}
            ORDER BY CASE WHEN username = @exact THEN 0 ELSE 1 END, search_name, user_id LIMIT @max
            """, parameters)).Select(row => new User(new Id(row.UserId), row.Username, row.FullName, row.PhotoId))];
    }

    /// <summary>One user; null where there is none.</summary>
    public static async Task<User?> Read(DbConnection connection, Id id) =>
        await connection.QuerySingleOrDefaultAsync<Row>("""
            SELECT user_id AS UserId, username AS Username, full_name AS FullName, photo_id AS PhotoId FROM users WHERE user_id = @id
            """, new { id = id.Value }) is { } row
            ? new User(new Id(row.UserId), row.Username, row.FullName, row.PhotoId)
            : null;

    private static string Escape(string word) =>
        word.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);

    private sealed record Row(long UserId, string Username, string FullName, string? PhotoId);
}
