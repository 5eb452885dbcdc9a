using Parley.Protocol;

namespace Parley.Server.Hosting;

/// <summary>Who is asking: it follows from the session, never from the URL. A route that takes one is for signed-in callers only.</summary>
public sealed record Caller(Id UserId, Id SessionId)
{
    /// <summary>Whether they are on the server's own machine, which most limits leave alone.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Binds a route's parameter; 401 where there is no session.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.Features.Get<Caller>()
            ?? throw new Refusal(ErrorCode.Unauthenticated, "Sign in first."));
}
