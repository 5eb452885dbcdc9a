using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Telemetry;

namespace Parley.Server.Accounts;

/// <summary>
/// Slows down guessing: after ten wrong passwords for one account from one address the next is looked at 5 s later, then 10 s, 20 s
/// … up to a quarter of an hour. Someone else's guesses do not lock the owner out, who comes from another address.
/// </summary>
internal sealed class SignInThrottle(ServerOptions options, TimeProvider clock, ILogger<SignInThrottle> log)
{
    private const int FreeFailures = 10;
    private const int RememberedMax = 100_000;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5), LongestWait = TimeSpan.FromMinutes(15), Forgotten = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<(string Username, string Address), Failures> _failures = new();

    /// <summary>Refuses an attempt that comes too soon, whatever its password.</summary>
    public void Check(string username, string address)
    {
        var now = clock.GetUtcNow();
        if (options.HasLimits && _failures.TryGetValue((username, address), out var failures) && failures.NotBefore > now)
        {
            Metrics.SignInsSlowed.Add();
            throw new Refusal(ErrorCode.RateLimited, "Too many wrong passwords. Wait a moment before the next try.")
            {
                RetryAfter = (int)Math.Ceiling((failures.NotBefore - now).TotalSeconds),
            };
        }
    }

    /// <summary>Remembers a wrong password.</summary>
    public void Fail(string username, string address)
    {
        var now = clock.GetUtcNow();
        if (_failures.Count >= RememberedMax)
            Forget(now);
        var failures = _failures.AddOrUpdate((username, address), _ => new Failures(1, now, now), (_, before) => before.Next(now));
        if (failures.NotBefore > now)
        {
            // Without the name: what is typed there by mistake is now and then the password.
            Log.SignInSlowed(log, address, failures.Count);
        }
    }

    /// <summary>Forgets the wrong ones after a right one.</summary>
    public void Succeed(string username, string address) => _failures.TryRemove((username, address), out _);

    private void Forget(DateTimeOffset now)
    {
        foreach (var (key, failures) in _failures)
        {
            if (now - failures.Last > Forgotten)
                _failures.TryRemove(key, out _);
        }
        // Still full: someone is trying very many names. Their own address has its own limit; starting over loses little.
        if (_failures.Count >= RememberedMax)
            _failures.Clear();
    }

    private sealed record Failures(int Count, DateTimeOffset Last, DateTimeOffset NotBefore)
    {
        public Failures Next(DateTimeOffset now)
        {
            var count = now - Last > Forgotten ? 1 : Count + 1;
            var wait = count < FreeFailures
                ? TimeSpan.Zero
                : TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FirstWait.Ticks << Math.Min(20, count - FreeFailures)));
            return new Failures(count, now, now + wait);
        }
    }
}
