using System.Globalization;
using Parley.Client;

namespace Parley.Torture;

/// <summary>What a run says while it goes on and at its end.</summary>
internal sealed class Report(Options options, World world, ClientPrograms clients, Faults faults, FaultProxy proxy, ServerProcess server)
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1), SayEvery = TimeSpan.FromSeconds(15);

    private readonly long _began = Environment.TickCount64;
    private long _memoryMax;

    /// <summary>Says now and then how far it is.</summary>
    public async Task Watch(CancellationToken stop)
    {
        Say($"seed {options.Seed}, {world.People.Count} people in {world.Threads.Count} threads, {clients.Count} client programs, {options.Duration.TotalMinutes:0.#} minutes");
        var said = Environment.TickCount64;
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(WatchEvery, CancellationToken.None);
            _memoryMax = Math.Max(_memoryMax, server.Memory);
            if (Environment.TickCount64 - said < SayEvery.TotalMilliseconds)
                continue;
            said = Environment.TickCount64;
            var acknowledged = clients.Acknowledged;
            Say($"{(said - _began) / 1000,5} s  {acknowledged,9:N0} acknowledged, {acknowledged * 1000.0 / (said - _began):N0}/s  {faults.Count} faults");
        }
    }

    /// <summary>Prints all; true when nothing was found.</summary>
    public bool Print(Checker checker)
    {
        var verdict = checker.Verdict;
        Say("");
        Say($"faults: {string.Join(", ", faults.Done.Select(fault => $"{fault.Value} × {fault.Key}"))}");
        Say($"connections: {string.Join(", ", proxy.Fates.Select(fate => $"{fate.Value:N0} {Name(fate.Key)}"))}");
        Say($"first acknowledgement after kill -9, ms: {Spread(FirstAcknowledgements(checker.AcknowledgedAt))}");
        Say($"of it until the server listens, ms: {Spread(faults.Kills.Select(kill => kill.Listening - kill.Killed))}");
        Say($"from SIGTERM to the end of the server, ms: {Spread(faults.Stops)}");
        Say($"the server's memory at most: {_memoryMax / 1_000_000} MB");
        foreach (var example in verdict.Examples.Concat(faults.Wrong).Take(30))
            Say($"found: {example}");
        Say(verdict.ToString());
        var results = Judge(verdict);
        results.Print(options.Report);
        if (!results.IsClean)
        {
            lock (server.Errors)
            {
                foreach (var line in server.Errors.Take(50))
                    Say($"server: {line}");
            }
        }
        return results.IsClean;
    }

    private Results Judge(Verdict verdict)
    {
        var results = new Results();
        results.Add("[S12] nothing that was acknowledged is lost", verdict.Lost == 0 && verdict.Acknowledged > 0);
        results.Add("[S12] nothing is there twice", verdict.Duplicated == 0);
        results.Add("[S3] nothing is out of order", verdict.Reordered == 0);
        results.Add("nothing is there that nobody sent", verdict.Phantom == 0);
        results.Add("[S9][S10][S14] every device has what the server has", (verdict.Missed, verdict.Unequal, verdict.Gaps) == default);
        results.Add("every send was acknowledged in the end", verdict.Wrong == 0 && verdict.Sent == verdict.Acknowledged);
        results.Add("[S7] a backup was put back under live clients", faults.Restores.Count > 0);
        if (faults.Skipped.TryGetValue(Faults.DiskFull, out var noDisk))
            results.Skip("a full disk is named, reads go on, and it heals by itself", noDisk);
        else
            results.Add("a full disk is named, reads go on, and it heals by itself", faults.RefusedForDisk > 0 && faults.Wrong.Count == 0);
        if (faults.Skipped.TryGetValue(Faults.ClockJumped, out var noClock))
            results.Skip("the clock may jump by an hour", noClock);
        else
            results.Add("the clock may jump by an hour", faults.Done.ContainsKey(Faults.ClockJumped));
        return results;
    }

    // Counted from the kill to the first acknowledgement of the next life that reached a sender.
    private IEnumerable<long> FirstAcknowledgements(List<long> acknowledgedAt) =>
        from kill in faults.Kills
        let place = acknowledgedAt.BinarySearch(kill.Listening)
        let index = place < 0 ? ~place : place
        where index < acknowledgedAt.Count
        select acknowledgedAt[index] - kill.Killed;

    /// <summary>Median, 90th percentile and largest.</summary>
    internal static string Spread(IEnumerable<long> times)
    {
        var sorted = times.Order().ToList();
        return sorted.Count == 0
            ? "none"
            : $"median {sorted[sorted.Count / 2]}, p90 {sorted[sorted.Count * 9 / 10]}, most {sorted[^1]} ({sorted.Count})";
    }

    private static string Name(Fate fate) => fate switch
    {
        Fate.Sound => "sound",
        Fate.Late => "late",
        Fate.Cut => "cut",
        Fate.HalfOpen => "half-open",
        Fate.DeafToServer => "with a reader that stopped",
        _ => "deaf to the client",
    };

    private static void Say(string line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
