using Parley.Protocol;

namespace Parley.Server.Fanout;

/// <summary>One committed change of a user's state, already encoded as a `changes` frame.</summary>
/// <param name="From">The user's version before it.</param>
/// <param name="To">The user's version after it.</param>
/// <param name="Frame">UTF-8 JSON, shared by all sockets of the user; null where it is too much for one frame, and to be read.</param>
/// <param name="Revisions">The threads whose messages the frame carries, with the revision it brings them to.</param>
public sealed record Change(long From, long To, byte[]? Frame, IReadOnlyList<(Id Thread, long Revision)> Revisions)
{
    /// <summary>When it was committed, by this process's steady clock; 0 where it was not committed by this process.</summary>
    public long CommittedAt { get; init; }

    /// <summary>Threads with new messages that are not marked delivered: the version at which a device has them, and their last seq.</summary>
    public IReadOnlyList<(long Thread, long Activity, long Seq)> Undelivered { get; init; } = [];

    /// <summary>Says that the user is at a version, without the changes that led there.</summary>
    public static Change Skip(long from, long to) => new(from, to, null, []);
}
