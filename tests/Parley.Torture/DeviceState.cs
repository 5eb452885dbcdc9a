using Parley.Protocol;

namespace Parley.Torture;

/// <summary>What a device has: its version, and for each of its threads the head and the messages. It can be told again from its journal.</summary>
internal sealed class DeviceState(World world, int person)
{
    private readonly Dictionary<Id, int> _numbers = world.ThreadsOf(person).ToDictionary(thread => world.Threads[thread].Id);

    /// <summary>Which life of the database the version belongs to; null before the first answer.</summary>
    public string? Epoch { get; private set; }

    /// <summary>The version that everything here is at.</summary>
    public long Version { get; private set; }

    /// <summary>The windows, by thread id.</summary>
    public Dictionary<Id, Window> Windows { get; private set; } = world.ThreadsOf(person).ToDictionary(thread => world.Threads[thread].Id, _ => new Window());

    /// <summary>How often a window was not whole, from its first message to its last, at the end of an application.</summary>
    public int Gaps { get; private set; }

    /// <summary>Begins anew, at another epoch or after a reset. Returns the journal's lines.</summary>
    public string Drop()
    {
        Windows = Windows.ToDictionary(entry => entry.Key, _ => new Window());
        (Epoch, Version) = (null, 0);
        return Entries.Line(Entries.Dropped, person);
    }

    /// <summary>Applies messages of a thread in the order of their revisions. Returns the journal's lines.</summary>
    public string Apply(Id thread, IEnumerable<Message> messages, long revision)
    {
        var window = Windows[thread];
        var lines = "";
        foreach (var message in messages.OrderBy(message => message.Seq))
        {
            var entry = new Applied(message.Revision, message.Cid, Wording.Digest(message));
            if (window.Messages.TryGetValue(message.Seq, out var held) && held.Revision >= message.Revision)
                continue;
            Put(window, message.Seq, entry);
            lines += Entries.Line(Entries.Message, person, _numbers[thread], message.Seq, entry.Revision, entry.Cid, entry.Digest);
        }
        if (revision <= window.Revision)
            return lines;
        window.Revision = revision;
        return lines + Entries.Line(Entries.Window, person, _numbers[thread], revision);
    }

    /// <summary>Applies a head. Returns the journal's lines.</summary>
    public string Apply(Head head)
    {
        var window = Windows[head.Id];
        if (head.Version <= window.HeadVersion)
            return "";
        (window.HeadVersion, window.Head) = (head.Version, Describe(head));
        return Entries.Line(Entries.Head, person, _numbers[head.Id], head.Version, window.Head);
    }

    /// <summary>Everything up to a version has been applied. Returns the journal's line, which makes the ones before it hold.</summary>
    public string Reach(string epoch, long version)
    {
        MoveTo(epoch, version);
        return Entries.Line(Entries.Version, person, epoch, version);
    }

    /// <summary>What a head says, as one word.</summary>
    public static string Describe(Head head) => string.Join(
        '/', head.Version, head.Activity, head.Revision, head.LastSeq, head.ReadSeq, head.PeerReadSeq, head.PeerDeliveredSeq, head.Unread);

    /// <summary>Brings it to where its journal ends; lines that no version follows were not finished and do not hold.</summary>
    public void Restore(IEnumerable<string> lines)
    {
        var pending = new List<string[]>();
        foreach (var line in lines)
        {
            var fields = line.Split(' ');
            if (fields[0] is Entries.Began)
                pending.Clear();
            if (fields[0] is not (Entries.Message or Entries.Window or Entries.Head or Entries.Dropped or Entries.Version) || Entries.Int(fields[1]) != person)
                continue;
            pending.Add(fields);
            if (fields[0] != Entries.Version)
                continue;
            foreach (var held in pending)
                Restore(held);
            pending.Clear();
        }
    }

    private void Restore(string[] fields)
    {
        if (fields[0] is Entries.Dropped)
        {
            Drop();
            return;
        }
        if (fields[0] is Entries.Version)
        {
            MoveTo(fields[2], Entries.Long(fields[3]));
            return;
        }
        var window = Windows[world.Threads[Entries.Int(fields[2])].Id];
        switch (fields[0])
        {
            case Entries.Message:
                Put(window, Entries.Long(fields[3]), new Applied(Entries.Long(fields[4]), fields[5], fields[6]));
                break;
            case Entries.Window:
                window.Revision = Entries.Long(fields[3]);
                break;
            case Entries.Head:
                (window.HeadVersion, window.Head) = (Entries.Long(fields[3]), fields[4]);
                break;
        }
    }

    // Only then: a page of changes is in the order of revisions, in which an edited message comes late.
    private void MoveTo(string epoch, long version)
    {
        (Epoch, Version) = (epoch, version);
        Gaps += Windows.Values.Count(window => window.Messages.Count != window.LastSeq);
    }

    private static void Put(Window window, long seq, Applied entry)
    {
        window.LastSeq = Math.Max(window.LastSeq, seq);
        window.Messages[seq] = entry;
    }
}

/// <summary>A thread as a device has it.</summary>
internal sealed class Window
{
    /// <summary>The messages, by seq.</summary>
    public Dictionary<long, Applied> Messages { get; } = [];

    /// <summary>The last seq of the messages.</summary>
    public long LastSeq { get; set; }

    /// <summary>The revision that the messages are at.</summary>
    public long Revision { get; set; }

    /// <summary>The version of the head.</summary>
    public long HeadVersion { get; set; }

    /// <summary>The head, as <see cref="DeviceState.Describe"/> puts it.</summary>
    public string Head { get; set; } = "";
}

/// <summary>A message as a device has it.</summary>
internal readonly record struct Applied(long Revision, string Cid, string Digest);
