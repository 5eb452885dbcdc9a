using System.Globalization;

namespace Parley.Torture;

/// <summary>Says now and then how far a run is.</summary>
internal sealed class Progress(Options options, World world, ClientPrograms clients, FaultSchedule faults, Func<long> readMemory) : IDisposable
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1), SayEvery = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _end = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>The servers' memory at most, in bytes.</summary>
    public long MemoryMax { get; private set; }

    /// <summary>Begins.</summary>
    public void Start() => _watching = Watch();

    /// <summary>Ends, with nothing said any more.</summary>
    public async Task End()
    {
        await _end.CancelAsync();
        await _watching;
    }

    public void Dispose() => _end.Dispose();

    private async Task Watch()
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"seed {options.Seed}, {world.People.Count} people in {world.Threads.Count} threads, {clients.Count} client programs, {options.Duration.TotalMinutes:0.#} minutes"));
        var began = Environment.TickCount64;
        var said = began;
        while (!_end.IsCancellationRequested)
        {
            await Task.Delay(WatchEvery, CancellationToken.None);
            MemoryMax = Math.Max(MemoryMax, readMemory());
            if (Environment.TickCount64 - said < SayEvery.TotalMilliseconds)
                continue;
            said = Environment.TickCount64;
            var acknowledged = clients.Acknowledged;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(said - began) / 1000,5} s  {acknowledged,9:N0} acknowledged, {acknowledged * 1000.0 / (said - began):N0}/s  {faults.Count} faults"));
        }
    }
}
