using System.Data.Common;
using Parley.Protocol;
using Parley.Server.Hosting;

namespace Parley.Server.Sync;

/// <summary>Pages of the thread list, latest message first.</summary>
public static class ThreadPages
{
    private const string Purpose = "threads";

    /// <summary>The page that a token leads to, or the first; with the token of the next, null at the end of the list.</summary>
    public static async Task<(List<Head> Heads, string? NextPageToken)> Read(
        DbConnection connection, PageTokens tokens, long userId, string? pageToken, int limit)
    {
        var after = (Activity: long.MaxValue, Thread: long.MaxValue);
        if (pageToken is not null)
        {
            if (tokens.Unprotect(Purpose, pageToken) is not [var owner, var activity, var thread] || owner != userId)
                throw PageTokens.Invalid();
            after = (activity, thread);
        }
        var heads = await HeadReader.ReadPage(connection, userId, after, limit + 1);
        if (heads.Count <= limit)
            return (heads, null);
        heads.RemoveAt(limit);
        return (heads, tokens.Protect(Purpose, [userId, heads[^1].Activity, heads[^1].Id.Value]));
    }
}
