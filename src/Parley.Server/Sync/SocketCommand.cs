using Parley.Protocol;
using Parley.Server.Hosting;

namespace Parley.Server.Sync;

/// <summary>
/// What a slice does with one type of frame. Frames of a socket are handed over one after the other; the handler reads the frame
/// and begins its work before its first await, so that the order of sends is kept while their commits overlap.
/// </summary>
/// <param name="Type">The frame's type.</param>
/// <param name="Handle">Throws <see cref="Refusal"/> for a `nack`, <see cref="UnreadableFrame"/> for one that cannot be read.</param>
public sealed record SocketCommand(string Type, Func<ISocket, ReadOnlyMemory<byte>, Task> Handle)
{
    /// <summary>As many plain frames as it counts for, where a socket says too much.</summary>
    public int Cost { get; init; } = 1;
}

/// <summary>A socket as the slices see it.</summary>
public interface ISocket : Fanout.ISubscriber
{
    /// <summary>Whose socket it is.</summary>
    Caller Caller { get; }

    /// <summary>Answers a frame; the answers of one socket are bounded by what it may have asked at a time.</summary>
    void Reply(byte[] frame);

    /// <summary>Whose presence it shows. Setting it sends all of them once.</summary>
    IReadOnlyCollection<long> Watched { get; set; }
}
