namespace Parley.Torture;

/// <summary>What the checker found: all counts of faults must be 0.</summary>
internal sealed class Verdict
{
    private const int ExamplesMax = 20;

    /// <summary>Counts of faults: see <see cref="ToString"/> for their names.</summary>
    public int Lost, Duplicated, Reordered, Phantom, Missed, Unequal, Wrong;

    /// <summary>Messages that were to be sent.</summary>
    public int Sent { get; set; }

    /// <summary>Messages whose acknowledgement reached their sender.</summary>
    public int Acknowledged { get; set; }

    /// <summary>Acknowledged messages that a restore took back: they came after its backup.</summary>
    public int TakenBack { get; set; }

    /// <summary>Devices that were compared.</summary>
    public int Devices { get; set; }

    /// <summary>Messages that the devices hold.</summary>
    public long Applied { get; set; }

    /// <summary>How often a device's window was not whole at the end of an application.</summary>
    public int Gaps { get; set; }

    /// <summary>Some of what was found, in words.</summary>
    public List<string> Examples { get; } = [];

    /// <summary>Whether nothing was found.</summary>
    public bool IsClean => (Lost, Duplicated, Reordered, Phantom, Missed, Unequal, Wrong, Gaps) == default;

    /// <summary>Counts a fault and keeps its words.</summary>
    public void Note(ref int count, string example)
    {
        count++;
        if (Examples.Count < ExamplesMax)
            Examples.Add(example);
    }

    public override string ToString() =>
        FormattableString.Invariant($"""
        acknowledged {Acknowledged:N0} / lost {Lost} / duplicated {Duplicated} / reordered {Reordered} / phantom {Phantom}
        devices {Devices}, holding {Applied:N0} messages / missed {Missed} / unequal {Unequal} / gaps {Gaps} / wrongly refused {Wrong}
        sent {Sent:N0}, of which {Sent - Acknowledged:N0} were not acknowledged; taken back by restores {TakenBack:N0}
        """);
}
