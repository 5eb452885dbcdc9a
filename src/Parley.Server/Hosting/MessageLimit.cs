using System.Threading.RateLimiting;
using Parley.Protocol;
using Parley.Server.Telemetry;

namespace Parley.Server.Hosting;

/// <summary>
/// How fast one account may write: messages, edits, deletions and reactions together, over HTTP and sockets alike. Far above what
/// fingers do, and low enough that one account cannot fill the disk or the other side's screen.
/// </summary>
public sealed class MessageLimit(ServerOptions options) : IDisposable
{
    /// <summary>At once, and a second, of one account.</summary>
    public const int Burst = 1_000, PerSecond = 50;

    /// <summary>At once, and a second, of one account in one thread.</summary>
    public const int ThreadBurst = 500, ThreadPerSecond = 25;

    private readonly PartitionedRateLimiter<long> _accounts = PartitionedRateLimiter.Create<long, long>(
        static user => RateLimitPartition.Get(user, static _ => Bucket(Burst, PerSecond)));

    private readonly PartitionedRateLimiter<(long User, long Thread)> _threads = PartitionedRateLimiter.Create<(long User, long Thread), (long, long)>(
        static where => RateLimitPartition.Get(where, static _ => Bucket(ThreadBurst, ThreadPerSecond)));

    /// <summary>Counts one act; refuses the one that is too much, with the seconds to wait.</summary>
    public void Take(Caller caller, Id thread)
    {
        if (!options.HasLimits || caller.IsLocal)
            return;
        using var ofThread = _threads.AttemptAcquire((caller.UserId.Value, thread.Value));
        Check(ofThread, Metrics.LimitedThread);
        using var ofAccount = _accounts.AttemptAcquire(caller.UserId.Value);
        Check(ofAccount, Metrics.LimitedAccount);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _accounts.Dispose();
        _threads.Dispose();
    }

    private static void Check(RateLimitLease lease, Tally refused)
    {
        if (lease.IsAcquired)
            return;
        refused.Add();
        throw new Refusal(ErrorCode.RateLimited, "That was too much at once. Wait a moment.") { RetryAfter = RateLimits.SecondsToWait(lease) };
    }

    // Replenished by the limiter that it is part of, which has one timer for all.
    private static TokenBucketRateLimiter Bucket(int burst, int perSecond) => new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = burst,
        TokensPerPeriod = perSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        AutoReplenishment = false,
    });
}
