// Stands in until Hosting and Accounts land: replaced by Body, OriginCheck, PageTokens (Hosting) and Names (Accounts).
using Parley.Protocol;
namespace Parley.Server.Hosting
{
    public readonly record struct Body<T>(T Value)
    {
        public static async ValueTask<Body<T>> BindAsync(HttpContext context) =>
            new((T)(await System.Text.Json.JsonSerializer.DeserializeAsync(context.Request.Body, typeof(T), WireJson.Wire))!);
    }
    public sealed class OriginCheck { public void Check(HttpRequest r) { _ = r; } }
    public sealed class PageTokens
    {
        public string Protect(string purpose, ReadOnlySpan<long> values) => purpose + "." + string.Join('.', values.ToArray());
        public long[] Unprotect(string purpose, string token) => token.StartsWith(purpose + ".", StringComparison.Ordinal) ? [.. token.Split('.')[1..].Select(long.Parse)] : throw Invalid();
        public static Refusal Invalid() => new(ErrorCode.InvalidPageToken, "bad");
    }
}
namespace Parley.Server.Accounts
{
    public static class Names { public static string? CleanNickname(string? s) => s; }
}
