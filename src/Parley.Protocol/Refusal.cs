namespace Parley.Protocol;

/// <summary>
/// A request that cannot be granted, with its code from <see cref="ErrorCode"/> and a sentence for the person. Hosting turns it
/// into a problem document, the socket into a `nack`.
/// </summary>
public sealed class Refusal(string code, string detail) : Exception(detail)
{
    /// <summary>The code, from the closed list.</summary>
    public string Code { get; } = code;

    /// <summary>The sentences for each bad field; empty where no field is to blame.</summary>
    public Dictionary<string, string[]> Errors { get; } = [];

    /// <summary>Seconds after which to try again, for `rate_limited` and `unavailable`.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The same answer for what does not exist and for what the caller may not see.</summary>
    public static Refusal NotFound() => new(ErrorCode.NotFound, "There is nothing here that you can see.");

    /// <summary>A field of the request that breaks a rule; <paramref name="sentence"/> says which.</summary>
    public static Refusal Invalid(string field, string sentence) =>
        new(ErrorCode.InvalidRequest, sentence) { Errors = { [field] = [sentence] } };
}
