using Parley.Server.Fanout;

namespace Parley.Server.Sync;

/// <summary>Gives up sockets whose other side has fallen silent or does not read, and sends everyone away when the server stops.</summary>
internal sealed class SocketKeeper(IFanout fanout, IHostApplicationLifetime lifetime, TimeProvider clock) : BackgroundService
{
    public static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Earlier than this service is stopped: Kestrel waits for open requests, and sockets are such.
        lifetime.ApplicationStopping.Register(SendAway);
        using var timer = new PeriodicTimer(Round, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // Whoever was shaking hands when the others were sent away.
            if (lifetime.ApplicationStopping.IsCancellationRequested)
                SendAway();
            foreach (var socket in fanout.Subscribers.OfType<Socket>())
                socket.Check();
        }
    }

    private void SendAway()
    {
        foreach (var subscriber in fanout.Subscribers)
            subscriber.Close(1012, "restart");
    }
}
