using System.Data.Common;
using System.Net.WebSockets;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Telemetry;

namespace Parley.Server.Sync;

/// <summary>Bootstrap, catch-up, and the socket.</summary>
public static class SyncRoutes
{
    private const string Subprotocol = "parley.1";
    private const int MessagesPerPage = Limits.PageMax;

    internal static readonly Dictionary<Id, long> NothingHot = [];

    private static readonly WebSocketCreationOptions Options = new() { IsServer = true, SubProtocol = Subprotocol };

    /// <summary>The services of this slice.</summary>
    public static void AddSync(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SyncServices>();
        builder.Services.AddSingleton<DeliveryMarks>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DeliveryMarks>());
        builder.Services.AddHostedService<Announcer>();
        builder.Services.AddHostedService<SocketKeeper>();
    }

    /// <summary>The routes of this slice.</summary>
    public static void MapSync(this IEndpointRouteBuilder api)
    {
        api.MapGet("/bootstrap", Bootstrap).WithSummary("Everything a new device needs: the version, the user, the newest threads.");
        api.MapGet("/sync", Sync).WithSummary("The changes since a version; waits for them where sockets are blocked.");
        api.MapGet("/threads/{id}/changes", Changes).WithSummary("What became of a thread's messages since a revision.");
        api.MapGet("/socket", Connect).WithSummary("The WebSocket, subprotocol parley.1.");
    }

    private static async Task<Ok<Bootstrap>> Bootstrap(Caller caller, Database database, PageTokens tokens, string? limit)
    {
        var size = Query.ReadNumber("limit", limit, 1, Limits.ThreadsMax) ?? Limits.ThreadsDefault;
        var userId = caller.UserId.Value;
        return TypedResults.Ok(await database.Read(async connection =>
        {
            // Before the rows: what is stamped after it is told again by the sync, which is harmless (S8).
            var version = await ChangesReader.ReadVersion(connection, userId);
            var me = await MeReader.Read(connection, userId);
            var (heads, next) = await ThreadPages.Read(connection, tokens, userId, null, (int)size);
            return new Bootstrap(database.Epoch, version, me, heads, next);
        }));
    }

    private static async Task<IResult> Sync(
        Caller caller, Database database, IFanout fanout, TimeProvider clock, string? epoch, string? version, string? wait, CancellationToken aborted)
    {
        if (string.IsNullOrEmpty(epoch))
            throw Refusal.Invalid("epoch", "The epoch is missing.");
        var since = Query.ReadNumber("version", version, 0, long.MaxValue) ?? throw Refusal.Invalid("version", "The version is missing.");
        var seconds = Query.ReadNumber("wait", wait, 0, Limits.WaitMax) ?? 0;
        var poll = new LongPoll(caller.SessionId);
        var channel = seconds > 0 ? fanout.Attach(caller.UserId.Value, poll) : null;
        Metrics.LongPolls.Add(channel is null ? 0 : 1);
        try
        {
            if (channel is not null)
                await channel.Reached;
            // The session may have ended between its look-up and the moment from which its end is heard of here.
            if (channel is not null && !await database.ReadAtOnce(connection => IsSignedIn(connection, caller)))
                throw new Refusal(ErrorCode.Unauthenticated, "Sign in first.");
            var frame = await ChangesReader.Read(database, caller.UserId.Value, epoch, since, NothingHot);
            if (channel is not null && frame is ChangesFrame { From: var from, To: var to } && from == to)
            {
                await await Task.WhenAny(poll.Changed, Task.Delay(TimeSpan.FromSeconds(seconds), clock, aborted));
                frame = await ChangesReader.Read(database, caller.UserId.Value, epoch, since, NothingHot);
            }
            if (frame is ChangesFrame { From: var first, To: var last } && first < last)
                Metrics.ResyncPoll.Add();
            return frame is ChangesFrame changes ? TypedResults.Ok(changes) : TypedResults.Ok((ResetFrame)frame);
        }
        finally
        {
            Metrics.LongPolls.Add(channel is null ? 0 : -1);
            if (channel is not null)
                fanout.Detach(channel, poll);
        }
    }

    /// <summary>Whether the caller's session is still there (S13).</summary>
    internal static async Task<bool> IsSignedIn(DbConnection connection, Caller caller) =>
        await connection.ExecuteScalarAsync<long?>(
            "SELECT 1 FROM sessions WHERE session_id = @session", new { session = caller.SessionId.Value }) is not null;

    private static async Task<Ok<ThreadChanges>> Changes(Id id, Caller caller, Database database, string? revision)
    {
        var since = Query.ReadNumber("revision", revision, 0, long.MaxValue) ?? throw Refusal.Invalid("revision", "The revision is missing.");
        return TypedResults.Ok(await database.Read(async connection =>
        {
            var thread = await MessageReader.ReadExtent(connection, caller.UserId.Value, id.Value);
            if (since > thread.Revision || since < thread.PurgedRevision)
            {
                var (_, newest) = await MessageReader.ReadPage(connection, caller.UserId.Value, id.Value, long.MaxValue, Limits.PageDefault);
                return new ThreadChanges(database.Epoch, thread.Revision, newest, Reset: true);
            }
            var messages = await MessageReader.ReadChanged(connection, id.Value, thread.ClearedSeq, since, MessagesPerPage + 1);
            var more = messages.Count > MessagesPerPage;
            if (more)
                messages.RemoveAt(MessagesPerPage);
            return new ThreadChanges(database.Epoch, more ? messages[^1].Revision : thread.Revision, messages, since, more);
        }));
    }

    private static async Task Connect(HttpContext context, Caller caller, SyncServices services, OriginCheck origins, SocketPlaces places)
    {
        var place = places.Take(context);
        try
        {
            var webSocket = await Accept(context, origins);
            if (Takeover.Find(context) is not { } takeover)
            {
                await new Socket(webSocket, caller, services).Run();
                return;
            }
            takeover.Take(connection => new Socket(WebSocket.CreateFromStream(new ConnectionStream(connection), Options), caller, services, connection).Run(), place);
            place = null;
        }
        finally
        {
            place?.Dispose();
        }
    }

    private static Task<WebSocket> Accept(HttpContext context, OriginCheck origins)
    {
        origins.Check(context.Request);
        if (!context.WebSockets.IsWebSocketRequest)
            throw new Refusal(ErrorCode.InvalidRequest, "This address is for WebSockets.");
        if (!context.WebSockets.WebSocketRequestedProtocols.Contains(Subprotocol))
            throw new Refusal(ErrorCode.InvalidRequest, $"Ask for the subprotocol {Subprotocol}.");
        // Clients ping, and say with it what they have: the WebSocket keeps nothing alive itself.
        return context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { SubProtocol = Subprotocol, KeepAliveInterval = TimeSpan.Zero });
    }
}
