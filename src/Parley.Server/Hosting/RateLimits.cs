using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Parley.Protocol;

namespace Parley.Server.Hosting;

/// <summary>
/// Who may ask how often. Guessing and scraping are held tight; talking is bounded only where it would hurt others. Every limit is
/// a bucket: so many at once, then so many a second.
/// </summary>
public static class RateLimits
{
    /// <summary>New accounts, per address.</summary>
    public const string SignUp = "sign-up";

    /// <summary>Sign-ins and password changes, per address. Wrong passwords are counted apart, per account.</summary>
    public const string SignIn = "sign-in";

    /// <summary>People search, per account.</summary>
    public const string Search = "search";

    /// <summary>Photos taken in, per account.</summary>
    public const string Upload = "upload";

    internal static void AddRateLimits(this WebApplicationBuilder builder, ServerOptions options) =>
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = (rejected, _) => throw new Refusal(ErrorCode.RateLimited, "That was too often. Wait a moment.")
            {
                RetryAfter = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 1,
            };
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
                Routes.IsApi(context.Request) && !IsLocal(context)
                    ? Bucket(Account(context), burst: 2_000, perSecond: 500)
                    : RateLimitPartition.GetNoLimiter(""));
            limiter.AddPolicy(SignUp, context => IsLocal(context) ? RateLimitPartition.GetNoLimiter("") : Bucket(Address(context), burst: 100, perSecond: 0.2));
            limiter.AddPolicy(SignIn, context => IsLocal(context) ? RateLimitPartition.GetNoLimiter("") : Bucket(Address(context), burst: 100, perSecond: 1));
            limiter.AddPolicy(Search, context => Bucket(Account(context), burst: 100, perSecond: 5));
            limiter.AddPolicy(Upload, context => Bucket(Account(context), burst: 20, perSecond: 0.2));

            RateLimitPartition<string> Bucket(string key, int burst, double perSecond) => options.HasLimits
                ? RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = burst,
                    TokensPerPeriod = (int)Math.Max(1, perSecond),
                    ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, 1 / perSecond)),
                })
                : RateLimitPartition.GetNoLimiter(key);
        });

    /// <summary>After sessions: an account's limits need to know whose request it is.</summary>
    public static void UseRateLimits(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<ServerOptions>().HasLimits)
            Log.LimitsOff(app.Logger);
        app.UseRateLimiter();
    }

    /// <summary>Where a request comes from, as limits see it.</summary>
    internal static string Address(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";

    // Whoever is on the machine itself runs it, or tries it. A proxy there names the address it speaks for.
    private static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);

    private static string Account(HttpContext context) =>
        context.Features.Get<Caller>()?.UserId.Value.ToString(CultureInfo.InvariantCulture) ?? Address(context);
}
