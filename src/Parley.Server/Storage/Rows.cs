using System.Globalization;

namespace Parley.Server.Storage;

/// <summary>A thread's counters. Loaded values are kept beside current ones: the difference is what a batch announces.</summary>
public sealed record ThreadRow
{
    public required long ThreadId { get; init; }
    public required string DirectKey { get; init; }
    public required long CreatedAt { get; init; }
    public long LastSeq { get; set; }
    public long Revision { get; set; }
    public long PurgedRevision { get; init; }
    public long LoadedRevision { get; init; }
    public bool IsNew { get; init; }
    public bool IsChanged { get; set; }
}

/// <summary>One user's side of one thread.</summary>
public sealed record MemberRow
{
    public required long UserId { get; init; }
    public required long ThreadId { get; init; }
    public long Version { get; set; }
    public long Activity { get; set; }
    public long ReadSeq { get; set; }
    public long DeliveredSeq { get; set; }
    public long ClearedSeq { get; set; }
    public long Unread { get; set; }
    public bool Muted { get; set; }
    public bool Pinned { get; set; }
    public bool Archived { get; set; }
    public bool Gone { get; set; }
    public string? Nickname { get; set; }
    public bool IsNew { get; init; }

    /// <summary>Whether the batch stamped the row, so that its user is told (see <see cref="WorkingSet.Stamp"/>).</summary>
    public bool IsStamped { get; set; }

    /// <summary>Whether the row differs from the stored one without its user being told.</summary>
    public bool IsChanged { get; set; }
}

/// <summary>A user's profile and version counters.</summary>
public sealed record UserRow
{
    public required long UserId { get; init; }
    public required string Username { get; init; }
    public required string FullName { get; set; }
    public string? PhotoId { get; set; }
    public required string Settings { get; set; }
    public long Version { get; set; }
    public long MeVersion { get; set; }
    public long LoadedVersion { get; init; }
    public bool IsProfileChanged { get; set; }
}

/// <summary>A message with its reactions.</summary>
public sealed class MessageRow
{
    public required long ThreadId { get; init; }
    public required long Seq { get; init; }
    public long Revision { get; set; }
    public required long UserId { get; init; }
    public required string Cid { get; init; }
    public required string Text { get; set; }
    public required long SentAt { get; init; }
    public long? EditedAt { get; set; }
    public bool Deleted { get; set; }
    public long? ReplyTo { get; set; }
    public List<ReactionRow> Reactions { get; init; } = [];
    public bool WasDeleted { get; init; }
    public bool IsNew { get; init; }
    public bool IsChanged { get; set; }

    /// <summary>Whether it has a later revision than the one that it was sent with. Those that have not have no reactions either.</summary>
    public bool IsRevised { get; set; }

    /// <summary>The reactions as a query puts them into one column: "user emoji user emoji …"; null where there are none.</summary>
    public string? ReactionList
    {
        init
        {
            var parts = value?.Split(' ') ?? [];
            for (var i = 0; i + 1 < parts.Length; i += 2)
                Reactions.Add(new ReactionRow(long.Parse(parts[i], CultureInfo.InvariantCulture), parts[i + 1]));
        }
    }
}

/// <summary>One person's reaction to a message.</summary>
public readonly record struct ReactionRow(long UserId, string Emoji);
