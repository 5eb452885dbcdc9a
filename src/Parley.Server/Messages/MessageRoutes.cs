using Microsoft.AspNetCore.Http.HttpResults;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Telemetry;

namespace Parley.Server.Messages;

/// <summary>A thread's messages: page, send, edit, delete, react.</summary>
public static class MessageRoutes
{
    // The longest text, where a client escapes each half of each surrogate pair.
    private const int TextBody = (12 * Limits.TextLength) + 1_024;

    /// <summary>The routes of this slice.</summary>
    public static void MapMessages(this IEndpointRouteBuilder api)
    {
        api.MapGet("/threads/{id}/messages", PageMessages.Get).WithSummary("A page of messages, newest first.");
        api.MapPost("/threads/{id}/messages", Send).WithBodyLimit(TextBody).WithSummary("Sends a message; the same cid again gives the same message.");
        api.MapPost("/threads/{id}", Send).WithBodyLimit(TextBody).WithSummary("The same as POST /threads/{id}/messages.");
        api.MapPatch("/threads/{id}/messages/{seq}", Edit).WithBodyLimit(TextBody).WithSummary("Edits an own message.");
        api.MapDelete("/threads/{id}/messages/{seq}", Delete).WithSummary("Deletes an own message for everyone.");
        api.MapPut("/threads/{id}/messages/{seq}/reactions/{emoji}", React).WithSummary("Reacts with an emoji.");
        api.MapDelete("/threads/{id}/messages/{seq}/reactions/{emoji}", Unreact).WithSummary("Takes a reaction back.");
    }

    private static async Task<Results<Created<Message>, Ok<Message>>> Send(
        Id id, Body<SendRequest> body, Caller caller, Database database, MessageLimit limit)
    {
        limit.Take(caller, id);
        var command = new SendMessage(
            caller.UserId.Value, id.Value, MessageText.CheckCid(body.Value.Cid), MessageText.Check(body.Value.Text), body.Value.ReplyTo);
        var (message, isNew) = await database.Execute(command);
        Metrics.SentOverHttp.Add(isNew ? 1 : 0);
        return isNew ? TypedResults.Created($"/api/threads/{id}/messages/{message.Seq}", message) : TypedResults.Ok(message);
    }

    private static Task<Ok<Message>> Edit(Id id, string seq, Body<EditRequest> body, Caller caller, Database database, MessageLimit limit) =>
        Change(caller, id, database, limit, new EditMessage(caller.UserId.Value, id.Value, ReadSeq(seq), MessageText.Check(body.Value.Text)));

    private static Task<Ok<Message>> Delete(Id id, string seq, Caller caller, Database database, MessageLimit limit) =>
        Change(caller, id, database, limit, new DeleteMessage(caller.UserId.Value, id.Value, ReadSeq(seq)));

    private static Task<Ok<Message>> React(Id id, string seq, string emoji, Caller caller, Database database, MessageLimit limit) =>
        Change(caller, id, database, limit, new ReactToMessage(caller.UserId.Value, id.Value, ReadSeq(seq), Emoji.Check(emoji), true));

    private static Task<Ok<Message>> Unreact(Id id, string seq, string emoji, Caller caller, Database database, MessageLimit limit) =>
        Change(caller, id, database, limit, new ReactToMessage(caller.UserId.Value, id.Value, ReadSeq(seq), Emoji.Check(emoji), false));

    private static async Task<Ok<Message>> Change(Caller caller, Id thread, Database database, MessageLimit limit, MessageCommand command)
    {
        limit.Take(caller, thread);
        return TypedResults.Ok(await database.Execute(command));
    }

    // What is not a seq names no message.
    private static long ReadSeq(string text) => Query.TryReadNumber(text, out var seq) ? seq : throw Refusal.NotFound();
}
