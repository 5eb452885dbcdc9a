using Parley.Protocol;

namespace Parley.Server.Hosting;

/// <summary>For machines that watch the server.</summary>
public static class Health
{
    /// <summary>Maps /health/live and /health/ready.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").AllowAnonymous().WithTags("Health");
        health.MapGet("/live", () => "live").WithSummary("Answers as long as the process runs.");
        health.MapGet("/ready", async (Readiness readiness, string? leaving) =>
            await readiness.FindTrouble() switch
            {
                null => "ready",
                var trouble when leaving == "404" && readiness.IsLeaving => throw new Refusal(ErrorCode.NotFound, trouble),
                var trouble => throw new Refusal(ErrorCode.Unavailable, trouble) { RetryAfter = 1 },
            })
            .WithSummary("Answers while requests are welcome: the database can be read and written, and the server does not stop. " +
                "With leaving=404 a server that stops, and serves until then what it has, can be told from one in trouble.");
    }
}
