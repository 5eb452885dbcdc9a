using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Telemetry;

namespace Parley.Server.Accounts;

/// <summary>
/// Hashes and compares passwords with Identity's hasher. Hashing is slow on purpose, so only a few are made at a time, and only so
/// many may wait: a storm of sign-ins must not take the processor from those who are talking.
/// </summary>
internal sealed class Passwords : IDisposable
{
    private const int WaitingMax = 100;

    private readonly SemaphoreSlim _pool = new(Math.Clamp(Environment.ProcessorCount, 2, 4));
    private readonly PasswordHasher<string> _hasher;
    private readonly string _nobodys;
    private int _waiting;

    public Passwords(ServerOptions options)
    {
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = options.PasswordIterations }));
        _nobodys = _hasher.HashPassword("", Guid.NewGuid().ToString());
    }

    /// <summary>The hash to store.</summary>
    public Task<string> Hash(string password) => Run(() => _hasher.HashPassword("", password));

    /// <summary>Compares; takes the same time where there is no such user and <paramref name="hash"/> is null.</summary>
    public Task<PasswordVerificationResult> Verify(string? hash, string password) => Run(() =>
    {
        var result = _hasher.VerifyHashedPassword("", hash ?? _nobodys, password);
        return hash is null ? PasswordVerificationResult.Failed : result;
    });

    public void Dispose() => _pool.Dispose();

    private async Task<T> Run<T>(Func<T> work)
    {
        if (Interlocked.Increment(ref _waiting) > WaitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            throw new Refusal(ErrorCode.Unavailable, "Too many people are signing in right now. Try again in a moment.") { RetryAfter = 2 };
        }
        Metrics.PasswordsQueue.Add();
        try
        {
            await _pool.WaitAsync();
        }
        finally
        {
            Metrics.PasswordsQueue.Add(-1);
            Interlocked.Decrement(ref _waiting);
        }
        try
        {
            return await Task.Run(work);
        }
        finally
        {
            _pool.Release();
        }
    }
}
