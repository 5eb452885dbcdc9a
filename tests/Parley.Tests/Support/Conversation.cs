using Parley.Protocol;
using Parley.Server.Messages;
using Parley.Server.Storage;
using Parley.Server.Sync;
using Parley.Server.Threads;

namespace Parley.Tests.Support;

/// <summary>The acts of a conversation, in the words of a test.</summary>
internal static class Conversation
{
    public static async Task<long> StartThread(this Database database, long user, long other) =>
        (await database.Execute(new StartThread(user, other, NewId.At(DateTimeOffset.UtcNow)))).ThreadId;

    public static async Task<Message> Send(this Database database, long user, long thread, string text, string? cid = null, long? replyTo = null) =>
        (await database.Execute(new SendMessage(user, thread, cid ?? Guid.CreateVersion7().ToString(), text, replyTo))).Message;

    public static Task<Message> Edit(this Database database, long user, long thread, long seq, string text) =>
        database.Execute(new EditMessage(user, thread, seq, text));

    public static Task<Message> Delete(this Database database, long user, long thread, long seq) =>
        database.Execute(new DeleteMessage(user, thread, seq));

    public static Task<Message> React(this Database database, long user, long thread, long seq, string emoji, bool isOn = true) =>
        database.Execute(new ReactToMessage(user, thread, seq, emoji, isOn));

    public static Task Update(this Database database, long user, long thread, UpdateThreadRequest request) =>
        database.Execute(new UpdateThread(user, thread, request));

    public static Task MarkRead(this Database database, long user, long thread, long seq) =>
        database.Update(user, thread, new UpdateThreadRequest(seq));

    public static Task MarkDelivered(this Database database, long user, long thread, long seq) =>
        database.Execute(new MarkDelivered(user, thread, seq));

    public static Task DeleteThread(this Database database, long user, long thread) =>
        database.Execute(new DeleteThread(user, thread));

    public static Task<Head?> ReadHead(this Database database, long user, long thread) =>
        database.Read(connection => HeadReader.ReadOne(connection, user, thread));

    public static Task<long> ReadVersion(this Database database, long user) =>
        database.Read(connection => ChangesReader.ReadVersion(connection, user));

    public static Task<ServerFrame> ReadChanges(
        this Database database, long user, long version, IReadOnlyDictionary<Id, long>? hot = null, string? epoch = null) =>
        ChangesReader.Read(database, user, epoch ?? database.Epoch, version, hot ?? new Dictionary<Id, long>());
}
