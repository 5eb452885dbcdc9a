using System.Data.Common;
using System.Text.Json;
using Dapper;
using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Sync;

/// <summary>The signed-in user, with their settings.</summary>
public static class MeReader
{
    /// <summary>What <see cref="ToRow"/> takes of the table of users, which the query calls u.</summary>
    internal const string Columns = "u.user_id, u.username, u.full_name, u.photo_id, u.settings";

    /// <summary>Reads the user, who must exist.</summary>
    public static async Task<Me> Read(DbConnection connection, long userId)
    {
        using var rows = await connection.ExecuteReaderAsync($"SELECT {Columns} FROM users u WHERE u.user_id = @userId", new { userId });
        return (await ColumnReader.ReadAll(rows, columns => ToMe(ToRow(ref columns)))).Single();
    }

    /// <summary>A row from <see cref="Columns"/>.</summary>
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
