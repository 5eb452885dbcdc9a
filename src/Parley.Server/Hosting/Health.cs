using Dapper;
using Parley.Server.Storage;

namespace Parley.Server.Hosting;

/// <summary>For machines that watch the server.</summary>
public static class Health
{
    /// <summary>Maps /health/live and /health/ready.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").AllowAnonymous().WithTags("Health");
        health.MapGet("/live", () => "live").WithSummary("Answers as long as the process runs.");
        health.MapGet("/ready", async (Database database) =>
        {
            await database.Read(connection => connection.QuerySingleAsync<string>("SELECT value FROM meta WHERE name = 'epoch'"));
            return "ready";
        }).WithSummary("Answers when the database can be read.");
    }
}
