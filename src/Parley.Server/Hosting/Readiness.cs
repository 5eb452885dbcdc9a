using System.Diagnostics.CodeAnalysis;
using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Hosting;

/// <summary>
/// Whether requests are welcome here. While someone asks, the database is tried in the background, so the answer itself is there at
/// once and is never older than <see cref="Round"/> and <see cref="Patience"/> together; while nobody asks, nothing is written.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "What watches ends with the process, or a minute after the last question.")]
internal sealed class Readiness(Database database, Signals signals, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Readiness> log)
{
    /// <summary>The pause between two tries.</summary>
    public static readonly TimeSpan Round = TimeSpan.FromMilliseconds(750);

    /// <summary>What does not answer for so long is gone, as far as callers are concerned.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan WatchedFor = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long _askedAt;
    private Task<string?>? _finding;

    // Touched by the watch alone.
    private Task<string?>? _attempt;
    private bool _wasReady = true;

    /// <summary>Whether the server has been told to stop.</summary>
    public bool IsLeaving => signals.IsLeaving || lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>The sentence that says why requests should go elsewhere; null while they are welcome.</summary>
    public Task<string?> FindTrouble()
    {
        if (IsLeaving)
            return Task.FromResult<string?>("The server is stopping. Another one takes over, or this one comes back.");
        lock (_gate)
        {
            _askedAt = clock.GetTimestamp();
            if (_finding is not null)
                return _finding;
            var first = Look();
            _finding = first;
            _ = Watch(first);
            return first;
        }
    }

    /// <summary>What was found last; null where nobody asks. Metrics alone are no reason to write to the database.</summary>
    public bool? FindLast()
    {
        lock (_gate)
            return IsLeaving ? false : _finding is { IsCompletedSuccessfully: true } found ? found.Result is null : null;
    }

    private async Task Watch(Task<string?> first)
    {
        await first;
        while (true)
        {
            await Task.Delay(Round, clock, lifetime.ApplicationStopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_gate)
            {
                if (lifetime.ApplicationStopped.IsCancellationRequested || clock.GetElapsedTime(_askedAt) > WatchedFor)
                {
                    _finding = null;
                    return;
                }
            }
            var finding = await Look();
            lock (_gate)
                _finding = Task.FromResult(finding);
        }
    }

    private async Task<string?> Look()
    {
        // One that hangs is waited for, not asked again: nothing piles up before a database that is frozen.
        _attempt ??= Task.Run(Try);
        string? trouble;
        if (await Task.WhenAny(_attempt, Task.Delay(Patience, clock)) == _attempt)
        {
            trouble = await _attempt;
            _attempt = null;
        }
        else
        {
            trouble = "The database does not answer.";
        }
        if (trouble is not null && _wasReady)
            Log.NotReady(log, trouble);
        else if (trouble is null && !_wasReady)
            Log.ReadyAgain(log);
        _wasReady = trouble is null;
        return trouble;
    }

    private async Task<string?> Try()
    {
        try
        {
            await database.Probe();
            return null;
        }
        catch (Refusal refusal)
        {
            return refusal.Message;
        }
        catch (Exception error)
        {
            if (_wasReady)
                Log.ProbeFailed(log, error);
            return "The database cannot be read or written.";
        }
    }
}
