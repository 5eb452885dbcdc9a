using System.Runtime.InteropServices;

namespace Parley.Server.Hosting;

/// <summary>
/// Stops the server when the system says so: first readiness turns red, for as long as a balancer needs to notice; then sockets are
/// told, what was begun is finished, and the process ends. A second signal does not wait. What takes longer than
/// <see cref="Longest"/> is cut off: whatever was acknowledged is on disk (S12).
/// </summary>
internal sealed class Signals(ServerOptions options, IHostApplicationLifetime lifetime, ILogger<Signals> log) : IHostLifetime, IDisposable
{
    /// <summary>From the signal to the end of the process.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signals;

    /// <summary>Whether it stops because it cannot go on, not because someone said so.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether a signal to stop has come.</summary>
    public bool IsLeaving => Volatile.Read(ref _signals) > 0;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM })
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        return Task.CompletedTask;
    }

    /// <summary>Stops the server because it cannot go on.</summary>
    public void Fail()
    {
        HasFailed = true;
        Count();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // The system's own answer would be to end the process now.
        context.Cancel = true;
        Count();
    }

    private void Count()
    {
        if (Interlocked.Increment(ref _signals) == 1)
            _ = Leave();
        else
            lifetime.StopApplication();
    }

    private async Task Leave()
    {
        // A thread of its own: what hangs may have taken all the others.
        new Thread(CutOff) { IsBackground = true, Name = "stop deadline" }.Start();
        await Task.Delay(options.Drain, lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lifetime.StopApplication();
    }

    private void CutOff()
    {
        Thread.Sleep(Longest);
        Log.StopCutOff(log, Longest.TotalSeconds);
        Environment.Exit(1);
    }
}
