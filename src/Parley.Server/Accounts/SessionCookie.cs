namespace Parley.Server.Accounts;

/// <summary>Where a browser keeps its token: out of reach of scripts and of other sites.</summary>
internal static class SessionCookie
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    public static string? Read(HttpRequest request) => request.Cookies[Name(request)];

    public static void Write(HttpContext context, string token) =>
        context.Response.Cookies.Append(Name(context.Request), token, Options(context.Request));

    public static void Remove(HttpContext context) =>
        context.Response.Cookies.Delete(Name(context.Request), Options(context.Request));

    // Browsers take the __Host- prefix over HTTPS only; with it no sister domain can plant a cookie.
    private static string Name(HttpRequest request) => request.IsHttps ? "__Host-parley" : "parley";

    private static CookieOptions Options(HttpRequest request) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = request.IsHttps,
        Path = "/",
        MaxAge = Lifetime,
    };
}
