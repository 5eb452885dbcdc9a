using System.Diagnostics;

namespace Parley.Bench;

/// <summary>Time of the processors between two moments, and memory.</summary>
/// <param name="Elapsed">The time on the clock.</param>
/// <param name="Server">What the servers used.</param>
/// <param name="Compiler">The part of it in which they were compiled anew: they were not warm, where it is much.</param>
/// <param name="Database">What PostgreSQL used.</param>
/// <param name="Bench">What the bench itself used.</param>
/// <param name="PeakMemory">The most memory that the servers have held since they were started, in bytes.</param>
/// <param name="Others">How many processors everything else on the machine used: where that is much, figures are lower bounds.</param>
internal readonly record struct Consumed(TimeSpan Elapsed, TimeSpan Server, TimeSpan Compiler, TimeSpan Database, TimeSpan Bench, long PeakMemory, double Others)
{
    /// <summary>Begins to count; what is returned ends it.</summary>
    public static Func<Consumed> Begin(Servers servers)
    {
        var clock = Stopwatch.StartNew();
        var (machine, server, compiler, database, bench) = Now(servers);
        return () =>
        {
            var elapsed = clock.Elapsed;
            var now = Now(servers);
            var compiled = now.Compiler > compiler ? now.Compiler - compiler : TimeSpan.Zero;
            var used = new Consumed(elapsed, now.Server - server, compiled, now.Database - database, now.Bench - bench, servers.PeakMemory, 0);
            return used with { Others = (now.Machine - machine - used.Server - used.Database - used.Bench) / elapsed };
        };
    }

    private static (TimeSpan Machine, TimeSpan Server, TimeSpan Compiler, TimeSpan Database, TimeSpan Bench) Now(Servers servers) =>
        (Processors.Busy(), servers.ProcessorTime, servers.CompilerTime, servers.DatabaseTime, Environment.CpuUsage.TotalTime);
}
