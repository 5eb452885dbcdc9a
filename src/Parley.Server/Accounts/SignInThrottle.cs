using System.Data.Common;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Telemetry;

namespace Parley.Server.Accounts;

/// <summary>
/// Slows down guessing: after ten wrong passwords for one account from one address the next is looked at 5 s later, then 10 s, 20 s
/// … up to a quarter of an hour; after a hundred from one address for any accounts, up to a minute. Someone else's guesses do not lock
/// the owner out, who comes from another address. Counted in the database: for all nodes, and over a restart.
/// </summary>
internal sealed class SignInThrottle(Database database, ServerOptions options, TimeProvider clock, ILogger<SignInThrottle> log)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5), Forgotten = TimeSpan.FromHours(1);

    private static readonly (int Free, TimeSpan LongestWait) OfAccount = (10, TimeSpan.FromMinutes(15)), OfAddress = (100, TimeSpan.FromMinutes(1));

    /// <summary>Refuses an attempt that comes too soon, whatever its password. Says whether there were wrong ones before.</summary>
    public async Task<bool> Check(string username, string address)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var waits = (await database.ReadAtOnce(connection => connection.QueryAsync<long>(
            "SELECT not_before FROM sign_in_failures WHERE who = @account OR who = @all",
            new { account = Who(username, address), all = Who(address) }))).AsList();
        var wait = waits.DefaultIfEmpty().Max() - now;
        if (options.HasLimits && wait > 0)
        {
            Metrics.SignInsSlowed.Add();
            throw new Refusal(ErrorCode.RateLimited, "Too many wrong passwords. Wait a moment before the next try.")
            {
                RetryAfter = (int)Math.Ceiling(wait / 1_000.0),
            };
        }
        return waits.Count > 0;
    }

    /// <summary>Remembers a wrong password.</summary>
    public async Task Fail(string username, string address)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var (count, isSlowed) = await database.Write(async connection =>
        {
            await connection.ExecuteAsync("DELETE FROM sign_in_failures WHERE last_at < @past", new { past = now - (long)Forgotten.TotalMilliseconds });
            // Whoever runs the server, and a proxy that hides where its callers are, are at this machine's own address.
            var isSlowedAsAddress = !IsLocal(address) && await Count(connection, Who(address), OfAddress, now) is { IsSlowed: true };
            var account = await Count(connection, Who(username, address), OfAccount, now);
            return account with { IsSlowed = account.IsSlowed || isSlowedAsAddress };
        });
        if (isSlowed)
        {
            // Without the name: what is typed there by mistake is now and then the password.
            Log.SignInSlowed(log, address, (int)count);
        }
    }

    /// <summary>Forgets the wrong ones after a right one.</summary>
    public Task Succeed(string username, string address) =>
        database.Write(connection => connection.ExecuteAsync("DELETE FROM sign_in_failures WHERE who = @who", new { who = Who(username, address) }));

    private static async Task<(long Count, bool IsSlowed)> Count(
        DbConnection connection, string who, (int Free, TimeSpan LongestWait) rule, long now)
    {
        var count = await connection.QuerySingleAsync<long>("""
            INSERT INTO sign_in_failures (who, count, last_at, not_before) VALUES (@who, 1, @now, @now)
            ON CONFLICT (who) DO UPDATE SET count = sign_in_failures.count + 1, last_at = excluded.last_at RETURNING count
            """, new { who, now });
        if (count < rule.Free)
            return (count, false);
        var wait = Math.Min(rule.LongestWait.Ticks, FirstWait.Ticks << (int)Math.Min(20, count - rule.Free));
        await connection.ExecuteAsync("UPDATE sign_in_failures SET not_before = @notBefore WHERE who = @who",
            new { who, notBefore = now + (wait / TimeSpan.TicksPerMillisecond) });
        return (count, true);
    }

    private static string Who(string username, string address) => Who($"{username.Length} {username} {address}");

    private static string Who(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static bool IsLocal(string address) => IPAddress.TryParse(address, out var parsed) && IPAddress.IsLoopback(parsed);
}
