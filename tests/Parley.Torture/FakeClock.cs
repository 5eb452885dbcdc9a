using System.Globalization;
using Parley.Client;

namespace Parley.Torture;

/// <summary>
/// A wall clock that jumps under the server while it runs, by libfaketime (Debian's package faketime). The steady clock is left alone,
/// as it is when an operator or a time service sets the time.
/// </summary>
internal sealed class FakeClock
{
    private static readonly string[] Libraries =
    [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    ];

    private readonly string _file;
    private readonly string? _library = Libraries.FirstOrDefault(File.Exists);

    public FakeClock(string work)
    {
        _file = Path.Combine(work, "clock");
        Set(TimeSpan.Zero);
    }

    /// <summary>Why it cannot jump; null where it can.</summary>
    public string? WhyNot => _library is null ? "libfaketime is not installed" : null;

    /// <summary>Gives a server this clock from its next start on.</summary>
    public void GiveTo(ServerProcess server)
    {
        if (_library is null)
            return;
        server.Environment["LD_PRELOAD"] = _library;
        server.Environment["FAKETIME_TIMESTAMP_FILE"] = _file;
        server.Environment["FAKETIME_CACHE_DURATION"] = "1";
        server.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        server.Environment["FAKETIME_DONT_RESET"] = "1";
    }

    /// <summary>How far it is from the truth.</summary>
    public void Set(TimeSpan offset) =>
        File.WriteAllText(_file, string.Create(CultureInfo.InvariantCulture, $"{(offset < TimeSpan.Zero ? "" : "+")}{(long)offset.TotalSeconds}s\n"));
}
