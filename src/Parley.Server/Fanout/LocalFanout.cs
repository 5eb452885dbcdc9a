using Parley.Protocol;

namespace Parley.Server.Fanout;

/// <summary>Who is connected to this process.</summary>
public sealed class LocalFanout
{
    /// <summary>Closes the sockets of a session that has ended, with code 4401.</summary>
    public void EndSession(Id userId, Id sessionId)
    {
    }
}
