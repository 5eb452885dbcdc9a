using Parley.Client;
using Parley.Protocol;

namespace Parley.Torture;

/// <summary>
/// What one person says in one thread: one act at a time, each on disk before it is tried and again when it is acknowledged, a send
/// tried with the same cid until there is an answer. Some speak over the socket, some over HTTP, some now so and now so.
/// </summary>
internal sealed class Lane(World world, int person, int thread, Device device, Journal journal, Api api, Voice voice)
{
    private const int OwnMax = 20;

    private readonly Random _chance = new(unchecked((world.Seed * 1_000_003) + (person * 1_009) + thread));
    // The newest own messages, for edits and deletions.
    private readonly List<(int Number, long Seq, int Edition)> _own = [];
    private int _last;
    private bool _isLastPending;

    private Person Me => world.People[person];

    private Id Thread => world.Threads[thread].Id;

    /// <summary>Takes a line of its journal: a send without its acknowledgement is tried again.</summary>
    public void Restore(string[] fields)
    {
        if (fields[0] is Entries.Send)
            (_last, _isLastPending) = (Entries.Int(fields[3]), true);
        else if (fields[0] is Entries.Acknowledged && Entries.Int(fields[3]) == _last)
            _isLastPending = false;
    }

    /// <summary>Forgets the seqs of its messages: after a restore they may be other messages'.</summary>
    public void Forget() => _own.Clear();

    /// <summary>Talks until told to stop; what was begun is finished.</summary>
    public async Task Run(CancellationToken stop)
    {
        if (_isLastPending)
            await Send(_last);
        while (!stop.IsCancellationRequested)
        {
            if (_chance.Next(100) >= 5 || _own.Count == 0 || !await voice.TryChange(Change))
                await SendNext();
            if (world.Pace > 0)
                await Task.Delay(_chance.Next(2 * world.Pace), CancellationToken.None);
        }
    }

    private async Task SendNext()
    {
        _last++;
        await journal.Append(Entries.Line(Entries.Send, person, thread, _last));
        await Send(_last);
    }

    private async Task Send(int number)
    {
        var cid = Wording.Cid(person, thread, number);
        var text = Wording.Text(cid, 0);
        var seq = await Persist(async () =>
        {
            var isBySocket = ((thread + person) % 3) switch { 0 => true, 1 => false, _ => _chance.Next(2) == 0 };
            if (isBySocket)
                return (await device.Send(Thread, cid, text)).Seq;
            var message = await api.Send(Me, Thread, cid, text);
            if (message.Cid != cid || message.From != Me.Id)
                await Complain($"the answer to {cid} is another message: {message.Cid}");
            return message.Seq;
        });
        await journal.Append(Entries.Line(Entries.Acknowledged, person, thread, number, seq, Environment.TickCount64));
        voice.CountAcknowledged();
        _own.Add((number, seq, 0));
        if (_own.Count > OwnMax)
            _own.RemoveAt(0);
    }

    private Task Change() => _chance.Next(5) switch
    {
        0 or 1 => Edit(),
        2 => Delete(),
        // To whatever is there now; what comes of it is the same on every device, or the checker says so.
        3 => Persist(() => api.React(Me, Thread, Math.Max(1, _own[^1].Seq - _chance.Next(5)), _chance.Next(2) == 0 ? "👍" : "❤️"), mayBeGone: true),
        _ => Persist(() => api.MarkRead(Me, Thread, _own[^1].Seq), mayBeGone: true),
    };

    private async Task Edit()
    {
        var place = _chance.Next(_own.Count);
        var (number, seq, edition) = _own[place];
        edition++;
        await journal.Append(Entries.Line(Entries.Edit, person, thread, number, edition));
        await Persist(() => api.Edit(Me, Thread, seq, Wording.Text(Wording.Cid(person, thread, number), edition)));
        await journal.Append(Entries.Line(Entries.Edited, person, thread, number, edition, Environment.TickCount64));
        _own[place] = (number, seq, edition);
    }

    private async Task Delete()
    {
        var (number, seq, _) = _own[0];
        _own.RemoveAt(0);
        await journal.Append(Entries.Line(Entries.Delete, person, thread, number));
        await Persist(() => api.Delete(Me, Thread, seq));
        await journal.Append(Entries.Line(Entries.Deleted, person, thread, number, Environment.TickCount64));
    }

    /// <summary>Tries until there is an answer, for as long as it takes. A refusal is none, but where it may be one.</summary>
    private async Task<T?> Persist<T>(Func<Task<T>> act, bool mayBeGone = false)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await act();
            }
            catch (Refusal refusal) when (!Failure.IsPassing(refusal))
            {
                if (mayBeGone)
                    return default;
                await Complain($"{person} in {thread} was refused: {refusal.Code} {refusal.Message}");
                await Task.Delay(1_000);
            }
            catch (Exception error) when (Failure.IsPassing(error))
            {
                await Task.Delay(Random.Shared.Next(20, Math.Min(500, 50 << Math.Min(tries, 4))));
            }
        }
    }

    private Task Complain(string sentence) => journal.Append($"{Entries.Wrong} {sentence}\n");
}
