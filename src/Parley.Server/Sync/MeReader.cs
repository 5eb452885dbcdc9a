using System.Data.Common;
using System.Text.Json;
using Dapper;
using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Sync;

/// <summary>The signed-in user, with their settings.</summary>
public static class MeReader
{
    /// <summary>Reads the user, who must exist.</summary>
    public static async Task<Me> Read(DbConnection connection, long userId)
    {
        var row = await connection.QuerySingleAsync<UserRow>("""
            SELECT user_id AS UserId, username AS Username, full_name AS FullName, photo_id AS PhotoId, settings AS Settings
            FROM users WHERE user_id = @userId
            """, new { userId });
        return ToMe(row);
    }

    /// <summary>A row from these columns: id, username, full name, photo, settings.</summary>
    internal static UserRow ToRow(ref ColumnReader columns) => new()
    {
        UserId = columns.Long(),
        Username = columns.Text(),
        FullName = columns.Text(),
        PhotoId = columns.TextOrNull(),
        Settings = columns.Text(),
    };

    /// <summary>The wire form of a row.</summary>
    public static Me ToMe(UserRow row) => new(
        new Id(row.UserId), row.Username, row.FullName, row.PhotoId, JsonElement.Parse(row.Settings));
}
