using System.Globalization;
using Parley.Client;

namespace Parley.Torture;

/// <summary>What a run on one server says at its end.</summary>
internal sealed class Report(Options options, Faults faults, FaultProxy proxy, ServerProcess server, Progress progress)
{
    /// <summary>Prints all; true when nothing was found.</summary>
    public bool Print(Checker checker)
    {
        var verdict = checker.Verdict;
        Say("");
        Say($"faults: {faults.Schedule}");
        Say($"connections: {proxy}");
        Say($"first acknowledgement after kill -9, ms: {Spread(FirstAcknowledgements(checker.AcknowledgedAt))}");
        Say($"of it until the server listens, ms: {Spread(faults.Kills.Select(kill => kill.Listening - kill.Killed))}");
        Say($"from SIGTERM to the end of the server, ms: {Spread(faults.Stops)}");
        Say($"the server's memory at most: {progress.MemoryMax / 1_000_000} MB");
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
        verdict.AddTo(results);
        results.Add("[S7] a backup was put back under live clients", faults.Restores.Count > 0);
        if (faults.Schedule.Skipped.TryGetValue(Faults.DiskFull, out var noDisk))
            results.Skip("a full disk is named, reads go on, and it heals by itself", noDisk);
        else
            results.Add("a full disk is named, reads go on, and it heals by itself", faults.RefusedForDisk > 0 && faults.Wrong.Count == 0);
        if (faults.Schedule.Skipped.TryGetValue(Faults.ClockJumped, out var noClock))
            results.Skip("the clock may jump by an hour", noClock);
        else
            results.Add("the clock may jump by an hour", faults.Schedule.Done.ContainsKey(Faults.ClockJumped));
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
    private static string Spread(IEnumerable<long> times)
    {
        var sorted = times.Order().ToList();
        return sorted.Count == 0
            ? "none"
            : $"median {sorted[sorted.Count / 2]}, p90 {sorted[sorted.Count * 9 / 10]}, most {sorted[^1]} ({sorted.Count})";
    }

    private static void Say(string line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
