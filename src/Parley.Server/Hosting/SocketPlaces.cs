using System.Threading.RateLimiting;
using Parley.Server.Telemetry;

namespace Parley.Server.Hosting;

/// <summary>Sockets of one address at a time. Not among the limits of requests, since a socket goes on when its request has ended.</summary>
internal sealed class SocketPlaces(ServerOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext> _places = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        options.HasLimits && !RateLimits.IsLocal(context)
            ? RateLimitPartition.GetConcurrencyLimiter(
                RateLimits.Address(context), _ => new ConcurrencyLimiterOptions { PermitLimit = options.SocketsPerAddress, QueueLimit = 0 })
            : RateLimitPartition.GetNoLimiter(""));

    /// <summary>A place for a socket of the request's address, to be given back when the socket ends.</summary>
    public IDisposable Take(HttpContext context)
    {
        var place = _places.AttemptAcquire(context);
        if (place.IsAcquired)
            return place;
        Metrics.LimitedSockets.Add();
        throw RateLimits.Refuse(place);
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();
}
