using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>
/// What the server says on the socket. The type name is the first property of the JSON, as docs/protocol.md shows.
/// </summary>
public abstract record ServerFrame([property: JsonPropertyOrder(-1)] string Type);

/// <summary>Answers `hello`.</summary>
public sealed record WelcomeFrame(string Epoch, long Version, Timestamp Now) : ServerFrame("welcome");

/// <summary>The differences from version <c>From</c> to version <c>To</c>: live push and catch-up alike.</summary>
public sealed record ChangesFrame(
    string Epoch,
    long From,
    long To,
    bool More,
    IReadOnlyList<Head> Threads,
    IReadOnlyList<GoneThread> Gone,
    IReadOnlyList<MessageChanges> Messages,
    Me? Me = null) : ServerFrame("changes");

/// <summary>The difference cannot be told; the client bootstraps. Reason: epoch, floor or large.</summary>
public sealed record ResetFrame(string Epoch, string Reason) : ServerFrame("reset");

/// <summary>The message with this cid is on disk (S12).</summary>
public sealed record AckFrame(string Cid, Id Thread, long Seq) : ServerFrame("ack");

/// <summary>A frame was refused: the message with this cid, or without one the frame as a whole. RetryAfter: seconds to wait.</summary>
public sealed record NackFrame(string Code, string? Cid = null, string? Detail = null, int? RetryAfter = null) : ServerFrame("nack");

/// <summary>Presence of watched users.</summary>
public sealed record PresenceFrame(IReadOnlyList<UserPresence> Users) : ServerFrame("presence");

/// <summary>Someone is typing in a thread.</summary>
public sealed record TypingFrame(Id Thread, Id User) : ServerFrame("typing");

/// <summary>Answers `ping` with the user's current version (S14).</summary>
public sealed record PongFrame(long Version) : ServerFrame("pong");

/// <summary>The server will close; come back after a random time within the bounds, in milliseconds.</summary>
public sealed record ByeFrame(string Reason, long[] RetryAfterMs) : ServerFrame("bye");

/// <summary>The first frame of a client: what it has. Hot: the revisions of the message windows it holds.</summary>
public sealed record HelloFrame(string? Epoch = null, long? Version = null, Dictionary<Id, long>? Hot = null);

/// <summary>Sends a message.</summary>
public sealed record SendFrame(string Cid, Id Thread, string Text, long? ReplyTo = null);

/// <summary>Moves the read mark.</summary>
public sealed record ReadFrame(Id Thread, long Seq);

/// <summary>Says that the user is typing.</summary>
public sealed record SayTypingFrame(Id Thread);

/// <summary>Whose presence to show; replaces the last list.</summary>
public sealed record WatchFrame(IReadOnlyList<Id> Users);

/// <summary>Whether a person is looking: "active" or "idle".</summary>
public sealed record ActiveFrame(string State);

/// <summary>The version that this device has applied and stored.</summary>
public sealed record PingFrame(long Version);
