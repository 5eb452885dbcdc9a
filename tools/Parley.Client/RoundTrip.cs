using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Parley.Client;

/// <summary>
/// How fast this machine is where a messenger feels it: a byte to another thread and back over TCP. Most of it is the waking of a thread, which
/// virtual machines of the same kind do at very different speeds.
/// </summary>
public static class RoundTrip
{
    private const int WarmUp = 2_000, Times = 10_000;

    /// <summary>Measures for a second at most; gives the median in µs.</summary>
    public static double Measure()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.Connect(listener.LocalEndpoint);
        using var far = listener.AcceptSocket();
        far.NoDelay = true;
        var echo = new Thread(() => Echo(far));
        echo.Start();
        var (one, took) = (new byte[1], new double[Times]);
        for (var i = -WarmUp; i < Times; i++)
        {
            var sent = Stopwatch.GetTimestamp();
            near.Send(one);
            near.Receive(one);
            if (i >= 0)
                took[i] = Stopwatch.GetElapsedTime(sent).TotalMicroseconds;
        }
        near.Shutdown(SocketShutdown.Send);
        echo.Join();
        Array.Sort(took);
        return took[Times / 2];
    }

    private static void Echo(Socket socket)
    {
        var one = new byte[1];
        while (socket.Receive(one) == 1)
            socket.Send(one);
    }
}
