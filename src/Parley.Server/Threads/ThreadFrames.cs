using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Server.Threads;

/// <summary>The frame `read`.</summary>
public static class ThreadFrames
{
    /// <summary>The services of this slice.</summary>
    public static void AddThreads(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton(services => new SocketCommand("read", (socket, frame) =>
            MarkRead(socket, frame, services.GetRequiredService<Database>())));

    private static Task MarkRead(ISocket socket, ReadOnlyMemory<byte> frame, Database database)
    {
        var read = FrameReader.Read(frame, WireJson.Wire.ReadFrame);
        if (read.Seq < 0)
            throw Refusal.Invalid("seq", "The seq that was read is 0 or more.");
        return database.Execute(new UpdateThread(socket.Caller.UserId.Value, read.Thread.Value, new UpdateThreadRequest(read.Seq)));
    }
}
