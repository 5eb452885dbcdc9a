using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Parley.Protocol;
using Parley.Server.Accounts;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Server.Threads;

/// <summary>The thread list and the caller's marks on a thread.</summary>
public static class ThreadRoutes
{
    /// <summary>The routes of this slice.</summary>
    public static void MapThreads(this IEndpointRouteBuilder api)
    {
        api.MapGet("/threads", List).WithSummary("The caller's threads, latest message first.");
        api.MapPost("/threads", Start).WithSummary("The thread with another user; made if there is none.");
        api.MapGet("/threads/{id}", Get).WithSummary("One thread.");
        api.MapPatch("/threads/{id}", Update).WithSummary("Read mark, muted, pinned, archived, nickname.");
        api.MapDelete("/threads/{id}", Delete).WithSummary("Removes the thread from the caller's list and its history from their sight.");
        api.MapGet("/threads/{id}/users", ListUsers).WithSummary("The members of a thread.");
    }

    private static async Task<Ok<ThreadsPage>> List(
        Caller caller, Database database, PageTokens tokens, string? limit, string? pageToken)
    {
        var size = (int)(Query.ReadNumber("limit", limit, 1, Limits.ThreadsMax) ?? Limits.ThreadsDefault);
        return TypedResults.Ok(await database.ReadAtOnce(async connection =>
        {
            var (heads, next) = await ThreadPages.Read(connection, tokens, caller.UserId.Value, pageToken, size);
            return new ThreadsPage(database.Epoch, heads, next);
        }));
    }

    private static async Task<Results<Created<Head>, Ok<Head>>> Start(
        Body<StartThreadRequest> body, Caller caller, Database database, TimeProvider clock)
    {
        if (body.Value.UserIds is not [var other])
            throw Refusal.Invalid("userIds", "Name exactly one other user.");
        if (other == caller.UserId)
            throw Refusal.Invalid("userIds", "A thread needs someone else to talk to.");
        var (threadId, isNew) = await database.Execute(
            new StartThread(caller.UserId.Value, other.Value, NewId.At(clock.GetUtcNow())));
        var head = await ReadHead(database, caller, threadId);
        return isNew ? TypedResults.Created($"/api/threads/{head.Id}", head) : TypedResults.Ok(head);
    }

    private static async Task<Ok<Head>> Get(Id id, Caller caller, Database database) =>
        TypedResults.Ok(await ReadHead(database, caller, id.Value));

    private static async Task<Ok<Head>> Update(Id id, Body<UpdateThreadRequest> body, Caller caller, Database database)
    {
        var request = body.Value;
        if (request.Read < 0)
            throw Refusal.Invalid("read", "The seq that was read is 0 or more.");
        if (request.Nickname.IsGiven)
            request = request with { Nickname = new OptionalText(true, Names.CleanNickname(request.Nickname.Value)) };
        await database.Execute(new UpdateThread(caller.UserId.Value, id.Value, request));
        return TypedResults.Ok(await ReadHead(database, caller, id.Value));
    }

    private static async Task<NoContent> Delete(Id id, Caller caller, Database database)
    {
        await database.Execute(new DeleteThread(caller.UserId.Value, id.Value));
        return TypedResults.NoContent();
    }

    private static async Task<Ok<UsersAnswer>> ListUsers(Id id, Caller caller, Database database) =>
        TypedResults.Ok(await database.Read(async connection =>
        {
            await MessageReader.ReadExtent(connection, caller.UserId.Value, id.Value);
            var rows = await connection.QueryAsync<UserRow>("""
                SELECT u.user_id AS UserId, u.username AS Username, u.full_name AS FullName, u.photo_id AS PhotoId, u.settings AS Settings
                FROM thread_users m JOIN users u ON u.user_id = m.user_id WHERE m.thread_id = @thread ORDER BY u.user_id
                """, new { thread = id.Value });
            return new UsersAnswer([.. rows.Select(Projection.ToUser)]);
        }));

    private static async Task<Head> ReadHead(Database database, Caller caller, long threadId) =>
        await database.ReadAtOnce(connection => HeadReader.ReadOne(connection, caller.UserId.Value, threadId)) ?? throw Refusal.NotFound();
}
