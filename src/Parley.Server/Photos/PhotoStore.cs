using System.Data.Common;
using Dapper;

namespace Parley.Server.Photos;

/// <summary>Photos in the database: by content, so that two people with the same photo share its rows.</summary>
internal static class PhotoStore
{
    public static async Task Add(DbConnection connection, PhotoImage photo)
    {
        foreach (var (size, content) in photo.Sizes)
        {
            await connection.ExecuteAsync("""
                INSERT INTO photos (photo_id, size, content) VALUES (@id, @size, @content) ON CONFLICT (photo_id, size) DO NOTHING
                """, new { id = photo.Id, size, content });
        }
    }

    /// <summary>Deletes a photo that nobody has any more.</summary>
    public static Task<int> DeleteUnused(DbConnection connection, string id) => connection.ExecuteAsync(
        "DELETE FROM photos WHERE photo_id = @id AND NOT EXISTS (SELECT 1 FROM users WHERE photo_id = @id)", new { id });

    public static Task<byte[]?> Read(DbConnection connection, string id, int size) => connection.QuerySingleOrDefaultAsync<byte[]>(
        "SELECT content FROM photos WHERE photo_id = @id AND size = @size", new { id, size });
}
