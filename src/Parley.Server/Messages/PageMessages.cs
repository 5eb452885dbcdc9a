using System.Data.Common;
using Microsoft.AspNetCore.Http.HttpResults;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Server.Messages;

/// <summary>
/// Pages of a thread's messages, by key: a page far back in a long thread costs what the newest one does, and new messages move
/// none.
/// </summary>
internal static class PageMessages
{
    private const string Purpose = "messages";
    private const long Older = 0, Newer = 1;

    public static async Task<Ok<MessagesPage>> Get(
        Id id, Caller caller, Database database, PageTokens tokens, string? limit, string? pageToken, string? around)
    {
        var size = (int)(Query.ReadNumber("limit", limit, 1, Limits.PageMax) ?? Limits.PageDefault);
        var middle = Query.ReadNumber("around", around, 0, long.MaxValue);
        if (middle is not null && pageToken is not null)
            throw Refusal.Invalid("around", "Ask for a page token or for a place, not for both.");
        var (userId, threadId) = (caller.UserId.Value, id.Value);
        var (direction, edge) = pageToken is null ? (Older, long.MaxValue) : ReadToken(tokens, pageToken, userId, threadId);

        var (thread, messages) = middle is null && direction == Older
            ? await database.ReadAtOnce(connection => MessageReader.ReadPage(connection, userId, threadId, edge, size))
            : await database.Read(connection => ReadFrom(connection, userId, threadId, thread => middle is null ? edge + 1 : Clamp(middle.Value, thread, size), size));
        var hasOlder = messages.Count > 0 && messages[^1].Seq > thread.ClearedSeq + 1;
        var hasNewer = messages.Count > 0 && messages[0].Seq < thread.LastSeq;
        return TypedResults.Ok(new MessagesPage(
            database.Epoch,
            messages,
            thread.Revision,
            hasOlder ? tokens.Protect(Purpose, [userId, threadId, Older, messages[^1].Seq]) : null,
            hasNewer ? tokens.Protect(Purpose, [userId, threadId, Newer, messages[0].Seq]) : null));
    }

    private static async Task<(ThreadExtent Thread, List<Message> Messages)> ReadFrom(
        DbConnection connection, long userId, long threadId, Func<ThreadExtent, long> findFirst, int size)
    {
        var thread = await MessageReader.ReadExtent(connection, userId, threadId);
        var messages = await MessageReader.ReadFrom(connection, threadId, Math.Max(findFirst(thread), thread.ClearedSeq + 1), size);
        messages.Reverse();
        return (thread, messages);
    }

    // The first seq of a full page that has the wanted one in its middle.
    private static long Clamp(long middle, ThreadExtent thread, int size) => Math.Min(middle - size / 2, thread.LastSeq - size + 1);

    private static (long Direction, long Edge) ReadToken(PageTokens tokens, string token, long userId, long threadId) =>
        tokens.Unprotect(Purpose, token) is [var user, var thread, var direction, var edge] && user == userId && thread == threadId
            ? (direction, edge)
            : throw PageTokens.Invalid();
}
