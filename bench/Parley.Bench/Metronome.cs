using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Parley.Bench;

/// <summary>Waits to within some fifty millionths of a second; .NET's own waits are a thousandth of a second late.</summary>
internal static partial class Metronome
{
    /// <summary>Returns at a moment of the steady clock, or at once if that has passed.</summary>
    public static void WaitUntil(long moment)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), moment);
        if (left <= TimeSpan.Zero)
            return;
        var time = new TimeSpec { Seconds = (long)left.TotalSeconds, Nanoseconds = (long)(left.TotalNanoseconds % 1_000_000_000) };
        // A signal may end it early; then a message goes out a little before its time, which no figure depends on.
        _ = Sleep(in time, IntPtr.Zero);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Sleep(in TimeSpec time, IntPtr left);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
