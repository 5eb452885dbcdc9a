using Parley.Protocol;

namespace Parley.Server.Hosting;

/// <summary>Whether a request comes from a page of this server. Programs that are no browsers send none of these headers.</summary>
public sealed class OriginCheck(ServerOptions options)
{
    /// <summary>Refuses a request from a page of another site.</summary>
    public void Check(HttpRequest request)
    {
        if (!IsOwn(request) || IsCrossSite(request))
            throw new Refusal(ErrorCode.ForbiddenOrigin, "Only pages of this server may do this.");
    }

    /// <summary>Whether the Origin header is absent, the server's own as the client sees it, or one of the configured ones.</summary>
    public bool IsOwn(HttpRequest request)
    {
        if (request.Headers.Origin.Count == 0)
            return true;
        var origin = request.Headers.Origin.ToString();
        return string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase)
            || options.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether the browser says that the request comes from another site, a sister domain included.</summary>
    public static bool IsCrossSite(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site.ToString() is not ("same-origin" or "none");
}
