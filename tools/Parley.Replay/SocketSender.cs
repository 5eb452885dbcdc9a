using System.Net.WebSockets;
using System.Text.Json;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Replay;

/// <summary>Sends one message after the other over a socket of its own; one whose `ack` did not come is sent again, with the same cid.</summary>
internal sealed class SocketSender(Api api, Person person, Id thread) : IDisposable
{
    private static readonly TimeSpan AckPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private Connection? _connection;

    /// <summary>How often something had to be sent again.</summary>
    public int Retries { get; private set; }

    /// <summary>The seq of the message, once it is acknowledged.</summary>
    public async Task<long> Send(Planned message)
    {
        for (var until = DateTimeOffset.UtcNow + Patience; ; Retries++)
        {
            using var late = new CancellationTokenSource(AckPatience);
            try
            {
                _connection ??= await Connection.Open(api.Server, person, new { type = "hello" }, late.Token);
                await _connection.Say(new { type = "send", cid = message.Cid, thread = thread.ToString(), text = message.Text }, late.Token);
                return await ReadAnswer(_connection, message.Cid, late.Token);
            }
            catch (Exception error) when (error is WebSocketException or OperationCanceledException or IOException && DateTimeOffset.UtcNow < until)
            {
                Dispose();
                await Task.Delay(500);
            }
            catch (Refusal refusal) when (refusal.Code is ErrorCode.RateLimited or ErrorCode.Unavailable && DateTimeOffset.UtcNow < until)
            {
                await Task.Delay(1_000);
            }
        }
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private static async Task<long> ReadAnswer(Connection connection, string cid, CancellationToken stop)
    {
        while (true)
        {
            var (type, bytes) = await connection.Read(stop);
            if (type == "ack" && JsonSerializer.Deserialize(bytes.Span, WireJson.Wire.AckFrame) is { } ack && ack.Cid == cid)
                return ack.Seq;
            if (type == "nack" && JsonSerializer.Deserialize(bytes.Span, WireJson.Wire.NackFrame) is { } nack && (nack.Cid ?? cid) == cid)
                throw new Refusal(nack.Code, nack.Detail ?? nack.Code);
        }
    }
}
