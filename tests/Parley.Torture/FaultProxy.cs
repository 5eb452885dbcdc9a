using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Parley.Torture;

/// <summary>
/// A relay between clients and server in which every connection has a fate, drawn from the seed in the order of their coming: most are
/// sound for a while, then late, cut in the middle of a frame, half-open, or deaf in one direction. A reader that stops reading is
/// deafness towards the client: what the server sends stays in the server.
/// </summary>
internal sealed class FaultProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly HashSet<Relay> _relays = [];
    private readonly Lock _lock = new();
    private readonly Random _chance;
    private readonly int _serverPort;

    public FaultProxy(int serverPort, int seed)
    {
        (_serverPort, _chance) = (serverPort, new Random(seed));
        _listener.Start(backlog: 4_096);
        _ = Accept();
    }

    /// <summary>Where clients find it.</summary>
    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>How many connections had which fate.</summary>
    public Dictionary<Fate, int> Fates { get; } = Enum.GetValues<Fate>().ToDictionary(fate => fate, _ => 0);

    /// <summary>From now on every connection is sound, and those that are not are cut.</summary>
    public bool IsHealed { get; private set; }

    /// <summary>Ends all faults: the next connections are sound.</summary>
    public void Heal()
    {
        IsHealed = true;
        CutAll();
    }

    /// <summary>Cuts all connections at once, without a word.</summary>
    public void CutAll()
    {
        Relay[] relays;
        lock (_lock)
            relays = [.. _relays];
        foreach (var relay in relays)
            relay.Cut();
    }

    public override string ToString()
    {
        lock (_lock)
            return string.Join(", ", Fates.Select(fate => string.Create(CultureInfo.InvariantCulture, $"{fate.Value:N0} {Name(fate.Key)}")));
    }

    public void Dispose()
    {
        _listener.Dispose();
        CutAll();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                lock (_lock)
                {
                    var fate = IsHealed ? Fate.Sound : Draw();
                    Fates[fate]++;
                    var relay = new Relay(client, fate, new Random(_chance.Next()));
                    _relays.Add(relay);
                    _ = Serve(relay);
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private async Task Serve(Relay relay)
    {
        using (relay)
            await relay.Run(_serverPort);
        lock (_lock)
            _relays.Remove(relay);
    }

    private static string Name(Fate fate) => fate switch
    {
        Fate.Sound => "sound",
        Fate.Late => "late",
        Fate.Cut => "cut",
        Fate.HalfOpen => "half-open",
        Fate.DeafToServer => "with a reader that stopped",
        _ => "deaf to the client",
    };

    private Fate Draw() => _chance.Next(100) switch
    {
        < 60 => Fate.Sound,
        < 72 => Fate.Late,
        < 90 => Fate.Cut,
        < 93 => Fate.HalfOpen,
        < 98 => Fate.DeafToServer,
        _ => Fate.DeafToClient,
    };

    /// <summary>One connection and its fate.</summary>
    private sealed class Relay(Socket client, Fate fate, Random chance) : IDisposable
    {
        private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly CancellationTokenSource _cut = new();
        // Nothing is wrong before this many bytes have passed, in both directions together: cuts fall anywhere in a frame.
        private long _grace = chance.Next(2_000, 1_000_000);

        public async Task Run(int port)
        {
            client.NoDelay = true;
            try
            {
                await _server.ConnectAsync(IPAddress.Loopback, port, _cut.Token);
                await Task.WhenAll(
                    Pump(client, _server, isDeaf: fate is Fate.HalfOpen or Fate.DeafToClient),
                    Pump(_server, client, isDeaf: fate is Fate.HalfOpen or Fate.DeafToServer));
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The server is down, or one side is gone: the other one learns it.
            }
            Cut();
        }

        public void Dispose()
        {
            client.Dispose();
            _server.Dispose();
        }

        public void Cut()
        {
            try
            {
                _cut.Cancel();
                // A reset, not a polite end: what is on its way is lost.
                client.LingerState = new LingerOption(true, 0);
                _server.LingerState = new LingerOption(true, 0);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // Closed already.
            }
        }

        private async Task Pump(Socket from, Socket to, bool isDeaf)
        {
            var buffer = new byte[16 * 1024];
            while (true)
            {
                var length = await from.ReceiveAsync(buffer, _cut.Token);
                if (length == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }
                var left = Interlocked.Add(ref _grace, -length);
                if (left < 0 && isDeaf)
                {
                    // Neither read nor closed, for longer than anyone waits.
                    await Task.Delay(TimeSpan.FromSeconds(60), _cut.Token);
                    _cut.Cancel();
                }
                if (left < 0 && fate == Fate.Late)
                    await Task.Delay(chance.Next(1, 120), _cut.Token);
                var isCutHere = left < 0 && fate == Fate.Cut;
                // Part of what came passes, and then nothing.
                await SendAll(to, buffer.AsMemory(0, isCutHere ? chance.Next(length) : length));
                if (isCutHere)
                    Cut();
            }
        }

        private async Task SendAll(Socket to, ReadOnlyMemory<byte> bytes)
        {
            while (bytes.Length > 0)
                bytes = bytes[await to.SendAsync(bytes, _cut.Token)..];
        }
    }
}

/// <summary>What becomes of a connection.</summary>
internal enum Fate
{
    /// <summary>Nothing.</summary>
    Sound,

    /// <summary>What passes, passes late.</summary>
    Late,

    /// <summary>Cut, most often in the middle of a frame.</summary>
    Cut,

    /// <summary>Nothing passes any more, and nobody is told.</summary>
    HalfOpen,

    /// <summary>What the server says is not read: a reader that has stopped.</summary>
    DeafToServer,

    /// <summary>What the client says is not read.</summary>
    DeafToClient,
}
