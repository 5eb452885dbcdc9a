using Parley.Protocol;

namespace Parley.Server.Fanout;

/// <summary>
/// Who is connected where, and the way to them: in one process, or over the nodes of a cluster. Nothing here has to be reliable: what
/// is lost is found by number (S10).
/// </summary>
public interface IFanout
{
    /// <summary>Called when the first of a user's subscribers has come to this process (<c>true</c>), or the last one is gone.</summary>
    Action<long, bool> PresenceChanged { get; set; }

    /// <summary>Called with each change of a user who has subscribers in this process, before they are woken.</summary>
    Action<long, Change> Arrived { get; set; }

    /// <summary>When a user of this process was last active, in milliseconds since 1970; those who watch them are told as they leave.</summary>
    Func<long, long> LastActive { get; set; }

    /// <summary>Everyone who listens in this process, for all users.</summary>
    IEnumerable<ISubscriber> Subscribers { get; }

    /// <summary>
    /// Begins to listen for a user. What is committed in this process from now on reaches the channel, and what others commit from the
    /// moment on when <see cref="UserChannel.Reached"/> completes (S9).
    /// </summary>
    UserChannel Attach(long userId, ISubscriber subscriber);

    /// <summary>Ends listening.</summary>
    void Detach(UserChannel channel, ISubscriber subscriber);

    /// <summary>Whether someone may listen for a user, here or elsewhere; if not, nothing needs to be encoded for them.</summary>
    bool MayListen(long userId);

    /// <summary>Hands a committed change to whoever listens for the user.</summary>
    void Announce(long userId, Change change);

    /// <summary>Sends a fleeting frame to all devices of a user.</summary>
    void SendFleeting(long userId, byte[] frame);

    /// <summary>Closes the sockets of a session that has ended, with code 4401. Completes when all who could be reached have heard it.</summary>
    Task EndSession(Id userId, Id sessionId);

    /// <summary>Whose presence a subscriber wants to hear of; replaces its last list.</summary>
    void Watch(ISubscriber subscriber, IReadOnlyCollection<long> userIds);

    /// <summary>Who of these users is online; of the others, when they were last active, where that is fresher than the database.</summary>
    Task<IReadOnlyDictionary<long, Whereabouts>> Locate(IReadOnlyCollection<long> userIds);
}

/// <summary>What the fan-out knows of a user's presence.</summary>
/// <param name="IsOnline">Whether someone listens for them, somewhere.</param>
/// <param name="LastActiveAt">Milliseconds since 1970; 0 where it is not known.</param>
public readonly record struct Whereabouts(bool IsOnline, long LastActiveAt);
