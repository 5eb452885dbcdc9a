namespace Parley.Server.Hosting;

/// <summary>Which addresses are the API's; the others are the web app's.</summary>
internal static class Routes
{
    public static bool IsApi(HttpRequest request) => request.Path.StartsWithSegments("/api");
}
