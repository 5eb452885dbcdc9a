namespace Parley.Server.Hosting;

/// <summary>Refuses changes that another site's page asks for in the name of whoever is signed in here.</summary>
internal sealed class CrossSiteGuard(RequestDelegate next, OriginCheck origins)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var isSafe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        if (!isSafe)
            origins.Check(request);
        return next(context);
    }
}
