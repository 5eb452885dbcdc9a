namespace Parley.Protocol;

/// <summary>The closed list of error codes, as problem documents and `nack` frames carry them.</summary>
public static class ErrorCode
{
    public const string Unauthenticated = "unauthenticated";
    public const string WrongCredentials = "wrong_credentials";
    public const string ForbiddenOrigin = "forbidden_origin";
    public const string NotFound = "not_found";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string UsernameTaken = "username_taken";
    public const string InvalidRequest = "invalid_request";
    public const string InvalidPageToken = "invalid_page_token";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string TooLarge = "too_large";
    public const string RateLimited = "rate_limited";
    public const string Unavailable = "unavailable";
    public const string Internal = "internal";
}
