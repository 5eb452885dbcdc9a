using System.Globalization;

namespace Parley.Torture;

/// <summary>Which fault comes when: one after the other, at random moments, drawn from the seed.</summary>
internal sealed class FaultSchedule(int seed)
{
    private readonly long _began = Environment.TickCount64;
    private readonly List<(string Name, int Weight, Func<Task> Act)> _kinds = [];
    private int _count;

    /// <summary>What everything about the faults is drawn from.</summary>
    public Random Chance { get; } = new(seed);

    /// <summary>How often each was done.</summary>
    public SortedDictionary<string, int> Done { get; } = [];

    /// <summary>How many were done so far; may be read while they are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>What cannot be done here, and why.</summary>
    public SortedDictionary<string, string> Skipped { get; } = [];

    /// <summary>A fault that comes once, when half of the time is over; none without it.</summary>
    public (string Name, Func<Task> Act)? InTheMiddle { get; init; }

    /// <summary>Adds a kind; the larger its weight, the more often it comes. A reason why it cannot be done here leaves it out, by name.</summary>
    public void Offer(string name, int weight, Func<Task> act, string? whyNot = null)
    {
        if (whyNot is null)
            _kinds.Add((name, weight, act));
        else
            Skipped[name] = whyNot;
    }

    /// <summary>Makes faults until it is time to end and each kind was made.</summary>
    public async Task Run(TimeSpan duration, TimeSpan gap)
    {
        var end = Environment.TickCount64 + (long)duration.TotalMilliseconds;
        var middle = end - (long)(duration.TotalMilliseconds / 2);
        // Each kind once, in a random order, and then by chance: a short run, and one on a busy machine, has all of them too.
        var first = new Queue<(string Name, int, Func<Task> Act)>(_kinds.OrderBy(_ => Chance.Next()));
        var next = InTheMiddle;
        while (true)
        {
            await Task.Delay(gap * (0.5 + Chance.NextDouble()));
            if (Environment.TickCount64 >= end && first.Count == 0 && next is null)
                return;
            if (next is { } once && Environment.TickCount64 >= middle)
            {
                next = null;
                await Do(once.Name, once.Act);
            }
            else if (first.TryDequeue(out var kind))
            {
                await Do(kind.Name, kind.Act);
            }
            else
            {
                await DoAny();
            }
        }
    }

    public override string ToString() => string.Join(", ", Done.Select(fault => $"{fault.Value} × {fault.Key}"));

    /// <summary>A time between two bounds, in seconds.</summary>
    public TimeSpan Seconds(double min, double max) => TimeSpan.FromSeconds(min + (Chance.NextDouble() * (max - min)));

    private async Task DoAny()
    {
        var dice = Chance.Next(_kinds.Sum(kind => kind.Weight));
        foreach (var (name, weight, act) in _kinds)
        {
            if ((dice -= weight) < 0)
            {
                await Do(name, act);
                return;
            }
        }
    }

    private async Task Do(string name, Func<Task> act)
    {
        Done[name] = Done.GetValueOrDefault(name) + 1;
        Interlocked.Increment(ref _count);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(Environment.TickCount64 - _began) / 1_000.0,7:0.0} s  {name}"));
        await act();
    }
}
