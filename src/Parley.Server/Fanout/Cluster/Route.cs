using Orleans;
using Orleans.Runtime;

namespace Parley.Server.Fanout.Cluster;

/// <summary>On which nodes a user is connected, as the user's grain knows it.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Nodes">The nodes that hold a socket or a long poll of theirs.</param>
/// <param name="LastActiveAt">When they were last active, as the last node said that they left: milliseconds since 1970, or 0.</param>
/// <param name="Grain">Which life of the grain says so: its numbers mean nothing to another one.</param>
/// <param name="Number">Grows with each change, so that a late word changes nothing.</param>
/// <param name="Host">The node where the grain lives. When it is gone, so is what the grain knew.</param>
[GenerateSerializer, Immutable, Alias("route")]
internal sealed record Route(
    [property: Id(0)] long UserId,
    [property: Id(1)] SiloAddress[] Nodes,
    [property: Id(2)] long LastActiveAt,
    [property: Id(3)] Guid Grain,
    [property: Id(4)] long Number,
    [property: Id(5)] SiloAddress Host);
