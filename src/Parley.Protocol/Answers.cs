using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>Sign-up and sign-in; <c>Token</c> only where the request asked for a bearer token.</summary>
public sealed record SignedIn(Me User, string? Token = null);

/// <summary>GET /sessions/current: who is signed in here, null where nobody is.</summary>
public sealed record CurrentSession([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] Me? User);

/// <summary>GET and PATCH /me, PUT and DELETE /me/photo.</summary>
public sealed record MeAnswer(Me User);

/// <summary>GET /users/{id}.</summary>
public sealed record UserAnswer(User User);

/// <summary>People search, and the members of a thread.</summary>
public sealed record UsersAnswer(IReadOnlyList<User> Users);

/// <summary>GET /sessions.</summary>
public sealed record SessionsAnswer(IReadOnlyList<Session> Sessions);

/// <summary>GET /threads.</summary>
public sealed record ThreadsPage(string Epoch, IReadOnlyList<Head> Threads, string? NextPageToken = null);

/// <summary>GET /threads/{id}/messages, newest first.</summary>
public sealed record MessagesPage(
    string Epoch, IReadOnlyList<Message> Messages, long Revision, string? OlderPageToken = null, string? NewerPageToken = null);

/// <summary>GET /threads/{id}/changes: from one revision to another, or (<c>Reset</c>) the newest messages from scratch.</summary>
public sealed record ThreadChanges(
    string Epoch,
    long Revision,
    IReadOnlyList<Message> Messages,
    long? From = null,
    bool? More = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Reset = false);

/// <summary>GET /bootstrap. The version is read before the rows (S8).</summary>
public sealed record Bootstrap(string Epoch, long Version, Me Me, IReadOnlyList<Head> Threads, string? NextPageToken = null);

/// <summary>RFC 9457, with a code from the closed list of <see cref="ErrorCode"/>.</summary>
public sealed record Problem(
    string Title, int Status, string Code, string? Detail = null, IReadOnlyDictionary<string, string[]>? Errors = null);
