using System.Data.Common;
using Parley.Protocol;

namespace Parley.Torture;

/// <summary>
/// Compares what the journals say with what the database holds: every acknowledged message is there once, with the seq that was
/// acknowledged; seqs are 1..n; a sender's messages are in the order in which they were sent; nothing is there that nobody sent; and
/// every device has what the database has.
/// </summary>
/// <param name="world">Who there is.</param>
/// <param name="journals">The journals of all client programs.</param>
/// <param name="restores">Backups that were put back.</param>
/// <param name="others">Threads of the run that nobody of the world is in; they are not looked at here.</param>
internal sealed class Checker(World world, IReadOnlyList<string> journals, IReadOnlyList<Restore> restores, params IEnumerable<Id> others)
{
    private readonly Dictionary<string, Sent> _sent = [];
    private readonly Dictionary<int, DeviceState> _devices = [];

    /// <summary>What was found.</summary>
    public Verdict Verdict { get; } = new();

    /// <summary>When messages were acknowledged, in the order of time.</summary>
    public List<long> AcknowledgedAt { get; } = [];

    /// <summary>Compares all; <paramref name="heads"/> are the lists that the API shows, by person.</summary>
    public void Check(DbConnection database, IReadOnlyList<IReadOnlyList<Head>> heads)
    {
        ReadJournals();
        var threads = ReadDatabase(database);
        CheckAcknowledged(threads);
        for (var thread = 0; thread < world.Threads.Count; thread++)
            CheckThread(thread, threads[thread]);
        foreach (var (person, device) in _devices)
            CheckDevice(person, device, threads, heads[person]);
        AcknowledgedAt.Sort();
    }

    private void ReadJournals()
    {
        for (var part = 0; part < journals.Count; part++)
        {
            var lines = Journal.Read(journals[part]);
            foreach (var line in lines)
                ReadLine(line);
            foreach (var person in Enumerable.Range(0, world.People.Count).Where(person => person % journals.Count == part))
            {
                var device = _devices[person] = new DeviceState(world, person);
                device.Restore(Journal.Read(journals[part]));
            }
        }
    }

    private void ReadLine(string line)
    {
        var fields = line.Split(' ');
        switch (fields[0])
        {
            case Entries.Send:
                _sent[Cid(fields)] = new Sent();
                break;
            case Entries.Acknowledged:
                var at = Entries.Long(fields[5]);
                AcknowledgedAt.Add(at);
                _sent[Cid(fields)].Acknowledged.Add((Entries.Long(fields[4]), at));
                break;
            case Entries.Edit:
                _sent[Cid(fields)].LastEdition = Entries.Int(fields[4]);
                break;
            case Entries.Edited:
                _sent[Cid(fields)].Edited = (Entries.Int(fields[4]), Entries.Long(fields[5]));
                break;
            case Entries.Delete:
                _sent[Cid(fields)].IsDeleteTried = true;
                break;
            case Entries.Deleted:
                _sent[Cid(fields)].DeletedAt = Entries.Long(fields[4]);
                break;
            case Entries.Wrong:
                Verdict.Note(ref Verdict.Wrong, line[2..]);
                break;
        }
    }

    private static string Cid(string[] fields) => Wording.Cid(Entries.Int(fields[1]), Entries.Int(fields[2]), Entries.Int(fields[3]));

    private List<Message>[] ReadDatabase(DbConnection database)
    {
        var numbers = world.Threads.Select((talk, number) => (talk.Id, number)).ToDictionary(entry => entry.Id, entry => entry.number);
        var unlooked = others.ToHashSet();
        var threads = world.Threads.Select(_ => new List<Message>()).ToArray();
        var reactions = new Dictionary<(long, long), SortedDictionary<string, List<Id>>>();
        foreach (var row in Query(database, "SELECT thread_id, seq, user_id, emoji FROM reactions ORDER BY user_id"))
        {
            var key = (row.GetInt64(0), row.GetInt64(1));
            if (!reactions.TryGetValue(key, out var byEmoji))
                reactions[key] = byEmoji = new SortedDictionary<string, List<Id>>(StringComparer.Ordinal);
            if (!byEmoji.TryGetValue(row.GetString(3), out var users))
                byEmoji[row.GetString(3)] = users = [];
            users.Add(new Id(row.GetInt64(2)));
        }
        foreach (var row in Query(database, "SELECT thread_id, seq, cid, user_id, text, revision, edited_at, deleted FROM messages ORDER BY thread_id, seq"))
        {
            var thread = new Id(row.GetInt64(0));
            if (unlooked.Contains(thread))
                continue;
            threads[numbers[thread]].Add(new Message(
                row.GetInt64(1), row.GetString(2), new Id(row.GetInt64(3)), row.GetString(4), default, row.GetInt64(5),
                row.IsDBNull(6) ? null : new Timestamp(), row.GetBoolean(7), Reactions: reactions.GetValueOrDefault((row.GetInt64(0), row.GetInt64(1)))));
        }
        return threads;
    }

    // Each row as the reader stands on it.
    private static IEnumerable<DbDataReader> Query(DbConnection database, string sql)
    {
        using var query = database.CreateCommand();
        query.CommandText = sql;
        using var row = query.ExecuteReader();
        while (row.Read())
            yield return row;
    }

    private void CheckAcknowledged(List<Message>[] threads)
    {
        var stored = new Dictionary<string, List<(int Thread, Message Message)>>();
        for (var thread = 0; thread < threads.Length; thread++)
        {
            foreach (var message in threads[thread])
            {
                if (!stored.TryGetValue(message.Cid, out var places))
                    stored[message.Cid] = places = [];
                places.Add((thread, message));
            }
        }
        var backups = restores.Select(restore => (restore.At, Cids: ReadCids(restore.Backup))).ToList();
        foreach (var (cid, sent) in _sent)
        {
            Verdict.Sent++;
            var places = stored.GetValueOrDefault(cid) ?? [];
            if (places.Count > 1)
                Verdict.Note(ref Verdict.Duplicated, $"{cid} is there {places.Count} times");
            if (sent.Acknowledged.Count == 0)
                continue;
            Verdict.Acknowledged++;
            // The same life of the database never gives a cid two seqs.
            if (sent.Acknowledged.Select(ack => (ack.Seq, Life(ack.At))).Distinct().GroupBy(ack => ack.Item2).Any(life => life.Count() > 1))
                Verdict.Note(ref Verdict.Duplicated, $"{cid} was acknowledged as {string.Join(" and as ", sent.Acknowledged.Select(ack => ack.Seq))}");
            var last = sent.Acknowledged[^1];
            if (places.Count == 0)
            {
                // What a backup that was put back did not hold is gone by the operator's hand.
                if (backups.Any(backup => last.At < backup.At && !backup.Cids.Contains(cid)))
                    Verdict.TakenBack++;
                else
                    Verdict.Note(ref Verdict.Lost, $"{cid}, acknowledged as {last.Seq}");
            }
            else if (places[0].Message.Seq != last.Seq)
            {
                Verdict.Note(ref Verdict.Reordered, $"{cid} was acknowledged as {last.Seq} and is {places[0].Message.Seq}");
            }
        }
    }

    private int Life(long at) => restores.Count(restore => restore.At <= at);

    private static HashSet<string> ReadCids(string path)
    {
        using var connection = SqliteFile.Open(path);
        return [.. Query(connection, "SELECT cid FROM messages").Select(row => row.GetString(0))];
    }

    private void CheckThread(int thread, List<Message> messages)
    {
        var last = new Dictionary<Id, int>();
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            if (message.Seq != i + 1)
                Verdict.Note(ref Verdict.Reordered, $"thread {thread}: seq {message.Seq} stands at place {i + 1}");
            if (Wording.ReadCid(message.Cid) is not { } cid || cid.Thread != thread || world.People[cid.Person].Id != message.From
                || !_sent.TryGetValue(message.Cid, out var sent))
            {
                Verdict.Note(ref Verdict.Phantom, $"thread {thread}: nobody sent {message.Cid}");
                continue;
            }
            if (cid.Number <= last.GetValueOrDefault(message.From))
                Verdict.Note(ref Verdict.Reordered, $"thread {thread}: {message.Cid} comes after number {last[message.From]}");
            last[message.From] = cid.Number;
            CheckContent(message, sent);
        }
    }

    private void CheckContent(Message message, Sent sent)
    {
        // What was acknowledged before a restore may have been taken back by it.
        var since = restores.Count == 0 ? long.MinValue : restores[^1].At;
        if (message.Deleted)
        {
            if (!sent.IsDeleteTried || message.Text.Length > 0)
                Verdict.Note(ref Verdict.Phantom, $"{message.Cid} is deleted, and nobody did it");
            return;
        }
        if (sent.DeletedAt >= since)
            Verdict.Note(ref Verdict.Lost, $"the deletion of {message.Cid}");
        if (Wording.ReadEdition(message.Cid, message.Text) is not { } edition || edition > sent.LastEdition)
            Verdict.Note(ref Verdict.Phantom, $"{message.Cid} says what nobody wrote: {message.Text}");
        else if (sent.Edited is { } edited && edited.At >= since && edition < edited.Edition)
            Verdict.Note(ref Verdict.Lost, $"edition {edited.Edition} of {message.Cid}");
    }

    private void CheckDevice(int person, DeviceState device, List<Message>[] threads, IReadOnlyList<Head> heads)
    {
        Verdict.Devices++;
        Verdict.Gaps += device.Gaps;
        foreach (var thread in world.ThreadsOf(person))
        {
            var window = device.Windows[world.Threads[thread].Id];
            var messages = threads[thread];
            Verdict.Applied += window.Messages.Count;
            foreach (var message in messages)
            {
                if (!window.Messages.TryGetValue(message.Seq, out var held))
                    Verdict.Note(ref Verdict.Missed, $"person {person} never got {message.Seq} of thread {thread}");
                else if (held.Revision != message.Revision || held.Cid != message.Cid || held.Digest != Wording.Digest(message))
                    Verdict.Note(ref Verdict.Unequal, $"person {person} has another {message.Seq} of thread {thread}: {held} and not revision {message.Revision} of {message.Cid}");
            }
            if (window.Messages.Count > messages.Count)
                Verdict.Note(ref Verdict.Phantom, $"person {person} has {window.Messages.Count - messages.Count} messages too many in thread {thread}");
            var head = heads.SingleOrDefault(head => head.Id == world.Threads[thread].Id);
            if (head is null || DeviceState.Describe(head) != window.Head)
                Verdict.Note(ref Verdict.Unequal, $"person {person} has head {window.Head} of thread {thread}, and the server {(head is null ? "none" : DeviceState.Describe(head))}");
        }
    }

    private sealed class Sent
    {
        public List<(long Seq, long At)> Acknowledged { get; } = [];

        public int LastEdition { get; set; }

        public (int Edition, long At)? Edited { get; set; }

        public bool IsDeleteTried { get; set; }

        public long? DeletedAt { get; set; }
    }
}

/// <summary>A backup that was put back.</summary>
/// <param name="Backup">The file.</param>
/// <param name="At">When the server began to serve it: what was acknowledged before may be gone.</param>
internal sealed record Restore(string Backup, long At);
