using System.Text.Json;

namespace Parley.Protocol;

/// <summary>POST /accounts. With <c>Bearer</c> the answer carries a token for programs, and no cookie is set.</summary>
public sealed record SignUpRequest(string Username, string FullName, string Password, bool Bearer = false);

/// <summary>POST /sessions.</summary>
public sealed record SignInRequest(string Username, string Password, bool Bearer = false);

/// <summary>PATCH /me. Settings are merged key by key; a null removes a key.</summary>
public sealed record ChangeProfileRequest(string? FullName = null, JsonElement? Settings = null);

/// <summary>PUT /me/password.</summary>
public sealed record ChangePasswordRequest(string Current, string Password);

/// <summary>POST /threads.</summary>
public sealed record StartThreadRequest(IReadOnlyList<Id> UserIds);

/// <summary>POST /threads/{id}/messages.</summary>
public sealed record SendRequest(string Cid, string Text, long? ReplyTo = null);

/// <summary>PATCH /threads/{id}/messages/{seq}.</summary>
public sealed record EditRequest(string Text);

/// <summary>PATCH /threads/{id}: the caller's own marks on a thread; what is absent stays as it is.</summary>
public sealed record UpdateThreadRequest(
    long? Read = null, bool? Muted = null, bool? Pinned = null, bool? Archived = null, OptionalText Nickname = default);
