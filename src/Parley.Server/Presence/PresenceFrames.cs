using System.Text.Json;
using Dapper;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Server.Presence;

/// <summary>The frames `watch`, `active` and `typing`.</summary>
public static class PresenceFrames
{
    /// <summary>The services of this slice.</summary>
    public static void AddPresence(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<PresenceStore>();
        builder.Services.AddSingleton<IPresenceReader>(services => services.GetRequiredService<PresenceStore>());
        builder.Services.AddHostedService(services => services.GetRequiredService<PresenceStore>());
        builder.Services.AddSingleton(_ => new SocketCommand("watch", Watch) { Cost = 20 });
        builder.Services.AddSingleton(services => new SocketCommand("active", (socket, frame) =>
            SetActive(socket, frame, services.GetRequiredService<PresenceStore>())));
        builder.Services.AddSingleton(services => new SocketCommand("typing", (socket, frame) =>
            SayTyping(socket, frame, services.GetRequiredService<Database>(), services.GetRequiredService<IFanout>()))
        {
            Cost = 10,
        });
    }

    private static Task Watch(ISocket socket, ReadOnlyMemory<byte> frame)
    {
        var users = FrameReader.Read(frame, WireJson.Wire.WatchFrame).Users;
        if (users.Count > Limits.WatchMax)
            throw new Refusal(ErrorCode.InvalidRequest, $"At most {Limits.WatchMax} users can be watched.");
        socket.Watched = [.. users.Select(id => id.Value).Distinct()];
        return Task.CompletedTask;
    }

    private static Task SetActive(ISocket socket, ReadOnlyMemory<byte> frame, PresenceStore store)
    {
        switch (FrameReader.Read(frame, WireJson.Wire.ActiveFrame).State)
        {
            case "active" or "idle":
                // Idle is said when the person has just stopped looking: until now they were active.
                store.Touch(socket.Caller.UserId.Value);
                return Task.CompletedTask;
            default:
                throw new UnreadableFrame("The state is 'active' or 'idle'.");
        }
    }

    private static async Task SayTyping(ISocket socket, ReadOnlyMemory<byte> frame, Database database, IFanout fanout)
    {
        var thread = FrameReader.Read(frame, WireJson.Wire.SayTypingFrame).Thread;
        var userId = socket.Caller.UserId;
        var members = (await database.ReadAtOnce(connection => connection.QueryAsync<long>(
            "SELECT user_id FROM thread_users WHERE thread_id = @thread AND NOT gone", new { thread = thread.Value }))).AsList();
        if (!members.Contains(userId.Value))
            throw Refusal.NotFound();
        var typing = JsonSerializer.SerializeToUtf8Bytes(new TypingFrame(thread, userId), WireJson.Wire.TypingFrame);
        foreach (var member in members.Where(member => member != userId.Value))
            fanout.SendFleeting(member, typing);
    }
}
