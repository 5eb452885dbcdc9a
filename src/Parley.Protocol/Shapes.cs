using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>A user as everyone sees them. <c>Photo</c> is the content hash of the profile photo, null where there is none.</summary>
public record User(Id Id, string Username, string FullName, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Photo);

/// <summary>The signed-in user, who also sees their own settings (a JSON object, see docs/protocol.md).</summary>
public sealed record Me(Id Id, string Username, string FullName, string? Photo, JsonElement Settings)
    : User(Id, Username, FullName, Photo);

/// <summary>A message. A deleted one keeps its seq and loses its content: text is "" and there are no reactions.</summary>
public sealed record Message(
    long Seq,
    string Cid,
    Id From,
    string Text,
    Timestamp At,
    long Revision,
    Timestamp? EditedAt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Deleted = false,
    long? ReplyTo = null,
    SortedDictionary<string, List<Id>>? Reactions = null);

/// <summary>
/// A thread as one member's list shows it. <c>Activity</c> is that member's version at the thread's last new message;
/// messages up to <c>ClearedSeq</c> were removed by "delete for me".
/// </summary>
public sealed record Head(
    Id Id,
    User Peer,
    long Version,
    long Activity,
    long Revision,
    long LastSeq,
    long ReadSeq,
    long ClearedSeq,
    long PeerReadSeq,
    long PeerDeliveredSeq,
    long Unread,
    bool Muted,
    bool Pinned,
    bool Archived,
    string? Nickname = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] Message? Last = null);

/// <summary>A thread that is gone from the list, stamped with the user's version at which it went (S4).</summary>
public sealed record GoneThread(Id Id, long Version);

/// <summary>What became of one thread's messages between the revisions <c>From</c> and <c>Revision</c>.</summary>
public sealed record MessageChanges(Id Thread, long From, long Revision, IReadOnlyList<Message> Items);

/// <summary>A signed-in device.</summary>
public sealed record Session(Id Id, string Device, Timestamp CreatedAt, Timestamp LastSeenAt, bool Current);

/// <summary>Whether someone is online, and when they were last active if they are not.</summary>
public sealed record UserPresence(Id Id, bool Online, Timestamp? LastActiveAt = null);
