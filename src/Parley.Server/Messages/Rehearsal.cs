using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Server.Messages;

/// <summary>
/// While it starts, a server goes the ways of a message once, with a thread that is nobody's: what is compiled and connected with the first message
/// is there sooner. A server alone does it beside its start; a node of a cluster listens when it is done, since a balancer gives it its share at
/// once, beside others that are warm (docs/decisions/0019-a-node-rehearses.md).
/// </summary>
internal sealed class Rehearsal(Database database, IPresenceReader presence, PageTokens tokens, ServerOptions options) : IHostedService, IAsyncDisposable
{
    private const long Nobody = 0, NoThread = 0;

    /// <summary>Completes when it is over.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // One way after the other: the web server's own start needs a processor too.
        Ended = Task.WhenAll(Try(ReadKeys), Try(Send, ReadPage, ReadPresence));
        return options.Node is null ? Task.CompletedTask : Ended;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits for what is under way, since it needs the database, which is closed next: also where the start fails, as for a port that is in use.</summary>
    public async ValueTask DisposeAsync() => await Ended;

    private Task ReadKeys() => Task.FromResult(tokens.Protect("rehearsal", [Nobody]));

    private async Task Send()
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new SendRequest("rehearsal", "Is this on?"), WireJson.Wire.SendRequest);
        var request = StrictJson.Read(body, WireJson.Wire.SendRequest);
        var message = new Message(1, request.Cid, new Id(Nobody), request.Text, new Timestamp(0), 1);
        JsonSerializer.SerializeToUtf8Bytes(message, WireJson.Wire.Message);
        await database.Execute(new SendMessage(Nobody, NoThread, MessageText.CheckCid(request.Cid), MessageText.Check(request.Text), null));
    }

    private Task ReadPage() => database.ReadAtOnce(connection => MessageReader.ReadPage(connection, Nobody, NoThread, long.MaxValue, Limits.PageDefault));

    private Task ReadPresence() => presence.Read([Nobody]);

    // Not found, as it must be; or something is wrong, which is said where it is needed.
    private static Task Try(params Func<Task>[] acts) => Task.Run(async () =>
    {
        foreach (var act in acts)
        {
            try
            {
                await act();
            }
            catch (Exception)
            {
            }
        }
    });
}
