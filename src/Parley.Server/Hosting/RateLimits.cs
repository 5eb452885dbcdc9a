using System.Globalization;
using System.Net;
using System.Net.Sockets;
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

    // Where the limiter cannot say when: sockets are many, and stay open for long.
    private static readonly TimeSpan RetryLater = TimeSpan.FromSeconds(30);

    internal static void AddRateLimits(this WebApplicationBuilder builder, ServerOptions options)
    {
        builder.Services.AddSingleton<MessageLimit>();
        builder.Services.AddSingleton<SocketPlaces>();
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = (rejected, _) => throw Refuse(rejected.Lease);
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
    }

    /// <summary>After sessions: an account's limits need to know whose request it is.</summary>
    public static void UseRateLimits(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<ServerOptions>().HasLimits)
            Log.LimitsOff(app.Logger);
        app.UseRateLimiter();
    }

    /// <summary>Where a request comes from, as limits see it. Of IPv6 the network: whoever has one address has all of its 2^64.</summary>
    internal static string Address(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } address => $"{new IPNetwork(Mask(address), 64)}",
        var address => address.ToString(),
    };

    /// <summary>What is said where a limit is reached.</summary>
    internal static Refusal Refuse(RateLimitLease refused) =>
        new(ErrorCode.RateLimited, "That was too often. Wait a moment.") { RetryAfter = SecondsToWait(refused) };

    /// <summary>When to come back, in whole seconds.</summary>
    internal static int SecondsToWait(RateLimitLease refused) =>
        Math.Max(1, (int)Math.Ceiling((refused.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : RetryLater).TotalSeconds));

    // Whoever is on the machine itself runs it, or tries it. A proxy there names the address it speaks for.
    internal static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);

    private static IPAddress Mask(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private static string Account(HttpContext context) =>
        context.Features.Get<Caller>()?.UserId.Value.ToString(CultureInfo.InvariantCulture) ?? Address(context);
}
