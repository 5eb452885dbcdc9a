namespace Parley.Torture;

/// <summary>What a run is like.</summary>
internal sealed record Options
{
    /// <summary>The published server, parley.dll.</summary>
    public required string Server { get; init; }

    /// <summary>What chance begins with.</summary>
    public required int Seed { get; init; }

    /// <summary>How long people talk under faults.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The time between two faults, on average.</summary>
    public required TimeSpan Gap { get; init; }

    /// <summary>What a person waits in a thread between two acts, in milliseconds, on average.</summary>
    public int Pace { get; init; }

    /// <summary>How many nodes a cluster has.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>Whether there is no time for faults that last.</summary>
    public bool IsShort => Duration < TimeSpan.FromMinutes(5);

    /// <summary>Where the counts are written for bin/test; null for nowhere.</summary>
    public FileInfo? Report { get; init; }

    /// <summary>How many people there are.</summary>
    public int People { get; init; } = 32;

    /// <summary>With how many of those after them in the ring each has a thread.</summary>
    public int Neighbours { get; init; } = 3;

    /// <summary>In how many client programs their devices run.</summary>
    public int Programs { get; init; } = 4;

    /// <summary>The size of the server's disk.</summary>
    public int DiskMegabytes { get; init; } = 8_192;
}
