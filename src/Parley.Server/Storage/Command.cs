using Parley.Protocol;

namespace Parley.Server.Storage;

/// <summary>
/// One change of conversation state. It says which rows it needs (<see cref="Need"/>), then checks and changes them in memory
/// (<see cref="Execute"/>); the writer loads the rows of a whole batch under their locks and saves what became of them in one
/// transaction. So the rules S1–S5, S12 and S13 are written once, for every engine.
/// </summary>
/// <typeparam name="T">What the caller gets once the change is on disk.</typeparam>
public abstract class Command<T>
{
    /// <summary>Names the rows that <see cref="Execute"/> will look at.</summary>
    public abstract void Need(Needs needs);

    /// <summary>
    /// Checks, then changes. Throws <see cref="Refusal"/> before the first change, never after it: its neighbours in the batch are
    /// committed all the same. May run again with fresh rows when the batch as a whole failed.
    /// </summary>
    public abstract T Execute(WorkingSet set);
}

/// <summary>The rows that a batch of commands will look at.</summary>
public sealed class Needs
{
    /// <summary>Threads with their members, and the members' profiles and counters.</summary>
    public HashSet<long> Threads { get; } = [];

    /// <summary>The same for the thread that two people share, which may not exist yet.</summary>
    public HashSet<string> DirectKeys { get; } = [];

    /// <summary>Users who need not be members of any of the threads.</summary>
    public HashSet<long> Users { get; } = [];

    /// <summary>Users of whom every thread is needed, as <see cref="Threads"/>.</summary>
    public HashSet<long> UsersWithThreads { get; } = [];

    /// <summary>Messages by seq.</summary>
    public HashSet<(long Thread, long Seq)> Messages { get; } = [];

    /// <summary>Messages by the id that their sender gave them.</summary>
    public HashSet<(long Thread, long User, string Cid)> Cids { get; } = [];

    /// <summary>How many unread messages a user would have if they had read up to a seq.</summary>
    public HashSet<(long Thread, long User, long Seq)> UnreadAfter { get; } = [];
}
