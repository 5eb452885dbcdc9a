using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Parley.Server.Hosting;

/// <summary>
/// Lets an endpoint keep the connection of an upgraded request when the request has ended. What HTTP holds for a connection is several
/// times what an idle socket needs; so HTTP does the handshake with all that belongs to it, and is over before the socket begins.
/// </summary>
internal sealed class Takeover : IConnectionHeartbeatFeature
{
    /// <summary>What was said last has so long to get on its way when the connection is closed.</summary>
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(5);

    private Action? _beat;
    private Func<ConnectionContext, Task>? _run;
    private IDisposable? _place;

    /// <summary>Makes it possible on an endpoint.</summary>
    public static void AddTo(ListenOptions endpoint) => endpoint.Use(next => connection => Serve(connection, next));

    /// <summary>The one of the request's connection; null where the transport is not HTTP/1 as it is read from the system.</summary>
    public static Takeover? Find(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<ITlsConnectionFeature>() is null
            ? context.Features.Get<IConnectionHeartbeatFeature>() as Takeover
            : null;

    /// <summary>
    /// Runs this when the request, which must have been upgraded, has ended. After it the connection is closed, and the place that it
    /// takes is given back.
    /// </summary>
    public void Take(Func<ConnectionContext, Task> run, IDisposable place) => (_run, _place) = (run, place);

    /// <summary>HTTP's clockwork, which would keep HTTP in memory as long as the connection lives.</summary>
    void IConnectionHeartbeatFeature.OnHeartbeat(Action<object> action, object state) => _beat += () => action(state);

    private static async Task Serve(ConnectionContext connection, ConnectionDelegate next)
    {
        var takeover = new Takeover();
        connection.Features.GetRequiredFeature<IConnectionHeartbeatFeature>().OnHeartbeat(static state => ((Takeover)state)._beat?.Invoke(), takeover);
        connection.Features.Set<IConnectionHeartbeatFeature>(takeover);
        try
        {
            await next(connection);
            // Of HTTP, and of the request, nothing is held from here on.
            var run = takeover._run;
            (takeover._beat, takeover._run) = (null, null);
            if (run is null)
                return;
            await run(connection);
        }
        finally
        {
            takeover._place?.Dispose();
        }
        await connection.Transport.Output.CompleteAsync();
        await Task.Delay(DrainMax, connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        connection.Abort();
    }
}
