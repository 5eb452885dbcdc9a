using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Server.Messages;

/// <summary>
/// Before a node of a cluster listens, it goes the ways of a message once, with a thread that is nobody's: what is compiled and connected
/// with the first message then is there already. A balancer gives a node that comes back its share at once, beside others that are warm
/// (docs/decisions/0019-a-node-rehearses.md).
/// </summary>
internal sealed class Rehearsal(Database database, IPresenceReader presence) : IHostedService
{
    private const long Nobody = 0, NoThread = 0;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new SendRequest("rehearsal", "Is this on?"), WireJson.Wire.SendRequest);
        var request = StrictJson.Read(body, WireJson.Wire.SendRequest);
        await Try(() => database.Execute(
            new SendMessage(Nobody, NoThread, MessageText.CheckCid(request.Cid), MessageText.Check(request.Text), null)));
        await Try(() => database.ReadAtOnce(connection => MessageReader.ReadPage(connection, Nobody, NoThread, long.MaxValue, Limits.PageDefault)));
        await Try(() => presence.Read([Nobody]));
        var message = new Message(1, request.Cid, new Id(Nobody), request.Text, new Timestamp(0), 1);
        JsonSerializer.SerializeToUtf8Bytes(message, WireJson.Wire.Message);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Not found, as it must be; or a database that is away, which readiness says.
    private static async Task Try<T>(Func<Task<T>> act)
    {
        try
        {
            await act();
        }
        catch (Refusal)
        {
        }
    }
}
