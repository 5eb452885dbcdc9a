using Microsoft.AspNetCore.Authorization;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Storage;

namespace Parley.Server.Accounts;

/// <summary>
/// Finds out who is asking, from the cookie or the Authorization header, in the database each time: a session that was revoked is
/// over at once. A route of the API is for signed-in callers unless it says otherwise.
/// </summary>
internal sealed class SessionMiddleware(RequestDelegate next, Database database, SessionTimes times, TimeProvider clock)
{
    private const string Bearer = "Bearer ";
    private static readonly long TouchAfter = (long)TimeSpan.FromHours(1).TotalMilliseconds;

    // Of a hash the first bytes are as good as all.
    private static readonly KeyQuery<byte[], Row> ByTokenHash = new(
        "token_hash", "session_id, user_id, last_seen_at", "sessions", columns => new Row(columns.Long(), columns.Long(), columns.Long()))
    {
        Comparer = EqualityComparer<byte[]>.Create(
            (one, other) => one.AsSpan().SequenceEqual(other), hash => BitConverter.ToInt32(hash)),
    };

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is { } endpoint && Routes.IsApi(context.Request))
        {
            var caller = await FindCaller(context);
            context.Features.Set(caller);
            if (caller is null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && !IsOfFramework(endpoint))
                throw new Refusal(ErrorCode.Unauthenticated, "Sign in first.");
        }
        await next(context);
    }

    private async Task<Caller?> FindCaller(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        var isBearer = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);
        var token = isBearer ? authorization[Bearer.Length..].Trim() : SessionCookie.Read(context.Request);
        if (token is null || SessionToken.Hash(token) is not { } hash)
            return null;
        // Those who connect go behind those who have: in a crowd that comes back at once, some are then done and not all of them half done.
        var found = context.WebSockets.IsWebSocketRequest
            ? await database.FindLater(ByTokenHash, hash, context.RequestAborted)
            : await database.Find(ByTokenHash, hash);
        var session = found.SingleOrDefault();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (session is null || now - session.LastSeenAt > SessionCookie.Lifetime.TotalMilliseconds)
            return null;
        if (now - session.LastSeenAt > TouchAfter)
        {
            // Nobody waits for this.
            times.Touch(session.SessionId, now);
            if (!isBearer)
                SessionCookie.Write(context, token);
        }
        return new Caller(new Id(session.UserId), new Id(session.SessionId)) { IsLocal = RateLimits.IsLocal(context) };
    }

    // The router's own answers (a wrong method, a wrong content type) say nothing about anyone.
    private static bool IsOfFramework(Endpoint endpoint) => endpoint is not RouteEndpoint;

    private sealed record Row(long SessionId, long UserId, long LastSeenAt);
}
