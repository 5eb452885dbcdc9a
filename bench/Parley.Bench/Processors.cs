using System.Globalization;

namespace Parley.Bench;

/// <summary>Time of the processors, from /proc.</summary>
internal static class Processors
{
    // What /proc counts in: USER_HZ, which is 100 on every Linux.
    private const double TicksPerSecond = 100;

    /// <summary>What all processors of the machine were busy with.</summary>
    public static TimeSpan Busy()
    {
        // cpu user nice system idle iowait irq softirq steal …
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(Parse).ToArray();
        return FromTicks(ticks.Sum() - ticks[3] - ticks[4] - ticks[7]);
    }

    /// <summary>What a process and its children have used, those that have ended among them.</summary>
    public static TimeSpan TimeOfTree(int root)
    {
        var ticks = 0.0;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                var (_, fields) = ReadStat(folder);
                var isRoot = Path.GetFileName(folder) == root.ToString(CultureInfo.InvariantCulture);
                if (isRoot || Parse(fields[1]) == root)
                    ticks += fields[11..(isRoot ? 15 : 13)].Sum(Parse);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It has just ended, or is none of ours.
            }
        }
        return FromTicks(ticks);
    }

    /// <summary>What those threads of a process have used that have a name, of which Linux keeps 15 characters, and have not ended.</summary>
    public static TimeSpan TimeOfThreads(int process, string name)
    {
        var ticks = 0.0;
        foreach (var folder in Directory.EnumerateDirectories($"/proc/{process}/task"))
        {
            try
            {
                var (called, fields) = ReadStat(folder);
                if (called == name)
                    ticks += fields[11..13].Sum(Parse);
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }
        return FromTicks(ticks);
    }

    // "pid (name) state ppid …": the name may hold anything, the rest is numbers.
    private static (string Name, string[] Fields) ReadStat(string folder)
    {
        var stat = File.ReadAllText(Path.Combine(folder, "stat"));
        var end = stat.LastIndexOf(')');
        return (stat[(stat.IndexOf('(') + 1)..end], stat[(end + 2)..].Split(' '));
    }

    private static TimeSpan FromTicks(double ticks) => TimeSpan.FromSeconds(ticks / TicksPerSecond);

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
