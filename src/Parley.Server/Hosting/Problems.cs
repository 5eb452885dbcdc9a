using Parley.Protocol;

namespace Parley.Server.Hosting;

/// <summary>The closed list of errors as HTTP tells them: a status and a title each.</summary>
internal static class Problems
{
    private const string ContentType = "application/problem+json";

    private static readonly Dictionary<string, (int Status, string Title)> Table = new()
    {
        [ErrorCode.Unauthenticated] = (401, "Not signed in"),
        [ErrorCode.WrongCredentials] = (401, "Wrong username or password"),
        [ErrorCode.ForbiddenOrigin] = (403, "Not from this site"),
        [ErrorCode.NotFound] = (404, "Not found"),
        [ErrorCode.MethodNotAllowed] = (405, "Method not allowed"),
        [ErrorCode.UsernameTaken] = (409, "Username taken"),
        [ErrorCode.InvalidRequest] = (400, "Invalid request"),
        [ErrorCode.InvalidPageToken] = (400, "Invalid page token"),
        [ErrorCode.UnsupportedMediaType] = (415, "Unsupported media type"),
        [ErrorCode.TooLarge] = (413, "Too large"),
        [ErrorCode.RateLimited] = (429, "Too many requests"),
        [ErrorCode.Unavailable] = (503, "Unavailable"),
        [ErrorCode.Internal] = (500, "Internal error"),
    };

    /// <summary>What a bare status of the framework means, null where it means nothing to us.</summary>
    public static Refusal? FromStatus(int status) => status switch
    {
        400 => new Refusal(ErrorCode.InvalidRequest, "The request cannot be read."),
        404 => Refusal.NotFound(),
        405 => new Refusal(ErrorCode.MethodNotAllowed, "This address does not take that method."),
        413 => TooLarge("The request is too large."),
        415 => WrongMediaType(),
        431 => TooLarge("The headers of the request are too large."),
        503 => new Refusal(ErrorCode.Unavailable, "The server cannot answer right now. Try again in a moment.") { RetryAfter = 1 },
        _ => null,
    };

    public static Refusal TooLarge(string sentence) => new(ErrorCode.TooLarge, sentence);

    public static Refusal WrongMediaType() =>
        new(ErrorCode.UnsupportedMediaType, "The body must be JSON in UTF-8: Content-Type: application/json.");

    /// <summary>Writes the problem document. It says nothing that differs from one request to the next.</summary>
    public static async Task Write(HttpContext context, Refusal refusal)
    {
        var (status, title) = Table[refusal.Code];
        var response = context.Response;
        response.StatusCode = status;
        response.Headers.ContentLength = null;
        response.Headers.ETag = default;
        response.Headers.CacheControl = "no-store";
        if (refusal.RetryAfter is { } seconds)
            response.Headers.RetryAfter = seconds.ToString();
        var problem = new Problem(title, status, refusal.Code, refusal.Message, refusal.Errors.Count > 0 ? refusal.Errors : null);
        await response.WriteAsJsonAsync(problem, WireJson.Wire.Problem, ContentType, context.RequestAborted);
    }
}
