using Parley.Protocol;

namespace Parley.Server.Hosting;

/// <summary>An id in an address that cannot be read names nothing: the same 404 as any unknown one, not a complaint about its form.</summary>
internal sealed class UnreadableIds(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.GetRouteValue("id") is string text && !Id.TryParse(text, out _) ? throw Refusal.NotFound() : next(context);
}
