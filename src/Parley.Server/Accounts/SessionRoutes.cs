using Microsoft.AspNetCore.Http.HttpResults;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Server.Accounts;

/// <summary>Signing up, in and out, and the caller's devices.</summary>
internal static class SessionRoutes
{
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/accounts", Create).AllowAnonymous().RequireRateLimiting(RateLimits.SignUp)
            .WithSummary("Signs up, and in.");
        routes.MapPost("/sessions", Begin).AllowAnonymous().RequireRateLimiting(RateLimits.SignIn)
            .WithSummary("Signs in.");
        routes.MapGet("/sessions", List).WithSummary("The caller's devices.");
        routes.MapGet("/sessions/current", GetCurrent).AllowAnonymous().WithSummary("Who is signed in here; null where nobody is.");
        routes.MapDelete("/sessions/current", EndCurrent).WithSummary("Signs out.");
        routes.MapDelete("/sessions/{id}", End).WithSummary("Signs one of the caller's devices out.");
    }

    private static async Task<Created<SignedIn>> Create(Body<SignUpRequest> body, HttpContext context, SignUp signUp)
    {
        var (me, token) = await signUp.Run(body.Value, DeviceOf(context));
        return TypedResults.Created("/api/me", Answer(context, me, token, body.Value.Bearer));
    }

    private static async Task<Ok<SignedIn>> Begin(Body<SignInRequest> body, HttpContext context, SignIn signIn)
    {
        var (me, token) = await signIn.Run(body.Value, RateLimits.Address(context), DeviceOf(context));
        return TypedResults.Ok(Answer(context, me, token, body.Value.Bearer));
    }

    private static async Task<Ok<SessionsAnswer>> List(Caller caller, Database database) =>
        TypedResults.Ok(new SessionsAnswer(await database.ReadAtOnce(connection => Sessions.Read(connection, caller.UserId, caller.SessionId))));

    // Asking is no failure: a browser would write a 401 on its console at each first visit.
    private static async Task<Ok<CurrentSession>> GetCurrent(HttpContext context, Database database) =>
        TypedResults.Ok(new CurrentSession(context.Features.Get<Caller>() is { } caller
            ? await database.ReadAtOnce(connection => MeReader.Read(connection, caller.UserId.Value))
            : null));

    private static Task<NoContent> EndCurrent(Caller caller, HttpContext context, Database database, IFanout fanout) =>
        End(caller.SessionId, caller, context, database, fanout);

    private static async Task<NoContent> End(Id id, Caller caller, HttpContext context, Database database, IFanout fanout)
    {
        if (!await database.Write(connection => Sessions.End(connection, caller.UserId, id)))
            throw Refusal.NotFound();
        await fanout.EndSession(caller.UserId, id);
        if (id == caller.SessionId)
            SessionCookie.Remove(context);
        return TypedResults.NoContent();
    }

    private static SignedIn Answer(HttpContext context, Me me, string token, bool isBearer)
    {
        if (isBearer)
            return new SignedIn(me, token);
        SessionCookie.Write(context, token);
        return new SignedIn(me);
    }

    private static string DeviceOf(HttpContext context) => Device.Describe(context.Request.Headers.UserAgent.ToString());
}
