using System.Net.Sockets;
using System.Net.WebSockets;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>What a client has to live with.</summary>
public static class Failure
{
    /// <summary>Whether an error means that the network or the server failed, and not the program: it may be gone at the next try.</summary>
    public static bool IsPassing(Exception error) =>
        error is WebSocketException or SocketException or OperationCanceledException or IOException or HttpRequestException or TimeoutException or ObjectDisposedException
        or Refusal { Code: ErrorCode.Unavailable or ErrorCode.RateLimited or ErrorCode.Internal };
}
