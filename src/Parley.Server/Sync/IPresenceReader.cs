using Parley.Protocol;

namespace Parley.Server.Sync;

/// <summary>How sockets ask who is online; the Presence slice knows.</summary>
public interface IPresenceReader
{
    /// <summary>The presence of those of the users that exist.</summary>
    Task<IReadOnlyList<UserPresence>> Read(IReadOnlyCollection<long> userIds);
}
