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

    /// <summary>Adds what was found elsewhere.</summary>
    public void Add(Verdict other)
    {
        (Lost, Duplicated, Reordered, Phantom) = (Lost + other.Lost, Duplicated + other.Duplicated, Reordered + other.Reordered, Phantom + other.Phantom);
        (Missed, Unequal, Wrong, Gaps) = (Missed + other.Missed, Unequal + other.Unequal, Wrong + other.Wrong, Gaps + other.Gaps);
        (Sent, Acknowledged, Devices, Applied) = (Sent + other.Sent, Acknowledged + other.Acknowledged, Devices + other.Devices, Applied + other.Applied);
        Examples.AddRange(other.Examples);
    }

    /// <summary>Says sentence by sentence what held.</summary>
    public void AddTo(Results results)
    {
        results.Add("[S12] nothing that was acknowledged is lost", Lost == 0 && Acknowledged > 0);
        results.Add("[S12] nothing is there twice", Duplicated == 0);
        results.Add("[S3] nothing is out of order", Reordered == 0);
        results.Add("nothing is there that nobody sent", Phantom == 0);
        results.Add("[S9][S10][S14] every device has what the server has", (Missed, Unequal, Gaps) == default);
        results.Add("every send was acknowledged in the end", Wrong == 0 && Sent == Acknowledged);
    }

    public override string ToString() =>
        FormattableString.Invariant($"""
        acknowledged {Acknowledged:N0} / lost {Lost} / duplicated {Duplicated} / reordered {Reordered} / phantom {Phantom}
        devices {Devices}, holding {Applied:N0} messages / missed {Missed} / unequal {Unequal} / gaps {Gaps} / wrongly refused {Wrong}
        sent {Sent:N0}, of which {Sent - Acknowledged:N0} were not acknowledged; taken back by restores {TakenBack:N0}
        """);
}
