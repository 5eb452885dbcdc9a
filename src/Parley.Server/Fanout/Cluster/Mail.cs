using Orleans;
using Parley.Protocol;

namespace Parley.Server.Fanout.Cluster;

/// <summary>What one node has for another, gathered while the last of it was on its way.</summary>
[GenerateSerializer, Immutable, Alias("mail")]
internal sealed class Mail
{
    /// <summary>Committed changes of users who are connected there.</summary>
    [Id(0)]
    public List<MailedChange> Changes { get; init; } = [];

    /// <summary>Fleeting frames for such users.</summary>
    [Id(1)]
    public List<(long UserId, byte[] Frame)> Fleeting { get; init; } = [];

    /// <summary>Where users are connected now, of those whom the other node follows.</summary>
    [Id(2)]
    public List<Route> Routes { get; init; } = [];

    /// <summary>Users whose grain has ended and whose route must be asked for again.</summary>
    [Id(3)]
    public List<long> Forgotten { get; init; } = [];

    /// <summary>Sessions that have ended.</summary>
    [Id(4)]
    public List<(long UserId, long SessionId)> EndedSessions { get; init; } = [];

    /// <summary>Whether changes before these were lost on the way: the other node then looks up what its users miss.</summary>
    [Id(5)]
    public bool IsIncomplete { get; set; }
}

/// <inheritdoc cref="Change"/>
[GenerateSerializer, Immutable, Alias("change")]
internal readonly record struct MailedChange(
    [property: Id(0)] long UserId,
    [property: Id(1)] long From,
    [property: Id(2)] long To,
    [property: Id(3)] byte[]? Frame,
    [property: Id(4)] (long Thread, long Revision)[] Revisions,
    [property: Id(5)] (long Thread, long Activity, long Seq)[] Undelivered)
{
    public static MailedChange Of(long userId, Change change) => new(
        userId, change.From, change.To, change.Frame, [.. change.Revisions.Select(part => (part.Thread.Value, part.Revision))],
        [.. change.Undelivered]);

    public Change ToChange() => new(From, To, Frame, [.. Revisions.Select(part => (new Id(part.Thread), part.Revision))])
    {
        Undelivered = Undelivered,
    };
}
