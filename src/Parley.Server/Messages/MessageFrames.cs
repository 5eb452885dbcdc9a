using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Sync;
using Parley.Server.Telemetry;

namespace Parley.Server.Messages;

/// <summary>The frame `send`, answered by `ack` or `nack`.</summary>
public static class MessageFrames
{
    /// <summary>The services of this slice.</summary>
    public static void AddMessages(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => new SocketCommand("send", (socket, frame) =>
            Send(socket, frame, services.GetRequiredService<Database>(), services.GetRequiredService<MessageLimit>())));
        builder.Services.AddSingleton<Rehearsal>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Rehearsal>());
    }

    private static async Task Send(ISocket socket, ReadOnlyMemory<byte> frame, Database database, MessageLimit limit)
    {
        var send = FrameReader.Read(frame, WireJson.Wire.SendFrame);
        try
        {
            limit.Take(socket.Caller, send.Thread);
            var command = new SendMessage(
                socket.Caller.UserId.Value, send.Thread.Value, MessageText.CheckCid(send.Cid), MessageText.Check(send.Text), send.ReplyTo);
            var (message, isNew) = await database.Execute(command);
            Metrics.SentOverSocket.Add(isNew ? 1 : 0);
            socket.Reply(JsonSerializer.SerializeToUtf8Bytes(new AckFrame(send.Cid, send.Thread, message.Seq), WireJson.Wire.AckFrame));
        }
        catch (Refusal refusal)
        {
            var nack = new NackFrame(refusal.Code, send.Cid, refusal.Message, refusal.RetryAfter);
            socket.Reply(JsonSerializer.SerializeToUtf8Bytes(nack, WireJson.Wire.NackFrame));
        }
    }
}
