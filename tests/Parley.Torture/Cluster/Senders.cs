using Parley.Client;
using Parley.Protocol;

namespace Parley.Torture.Cluster;

/// <summary>
/// A few people who send through the balancer at an even pace, with no faults of the network between: what they see of a fault is what
/// people see. Half of them speak over a socket, half over HTTP; each message is tried again until it is acknowledged.
/// </summary>
internal sealed class Senders : IAsyncDisposable
{
    private const int People = 12;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100), TryAgain = TimeSpan.FromMilliseconds(50), TryTimeout = TimeSpan.FromSeconds(10);

    private readonly Journal _journal;
    private readonly Api _api;
    private readonly List<Device> _devices;
    private readonly CancellationTokenSource _end = new();
    private readonly List<Sent> _sent = [];

    // When each first tried what they are sending, 0 between two messages.
    private readonly long[] _since = new long[People];
    private Task _sending = Task.CompletedTask;

    private Senders(World world, string journal)
    {
        (World, Journal) = (world, journal);
        _journal = new Journal(journal);
        _api = new Api(world.Server, TimeSpan.Zero, TryTimeout);
        _devices = [.. world.People.Select((_, person) => new Device(world, person, new DeviceState(world, person), _journal, _api))];
    }

    /// <summary>Who they are, and their threads.</summary>
    public World World { get; }

    /// <summary>What they sent and got, for the checker.</summary>
    public string Journal { get; }

    /// <summary>Everything that they have sent so far.</summary>
    public IReadOnlyList<Sent> Sent
    {
        get
        {
            lock (_sent)
                return [.. _sent];
        }
    }

    /// <summary>Whether a sender speaks over HTTP, not over a socket.</summary>
    public static bool IsByHttp(int person) => person % 2 == 1;

    /// <summary>Signs them up.</summary>
    public static async Task<Senders> Make(Uri balancer, int seed, string work) =>
        new(await World.Make(balancer, balancer, seed, People, 1, "sender"), Path.Combine(work, "journal-senders"));

    /// <summary>Begins.</summary>
    public void Start(CancellationToken stop)
    {
        foreach (var device in _devices)
            _ = device.Run(_end.Token);
        _sending = Task.WhenAll(_devices.Select((device, person) => Task.Run(() => Send(device, person, stop), CancellationToken.None)));
    }

    /// <summary>Waits until what was first tried before a moment is acknowledged: it counts for the fault that it met, not for the next one.</summary>
    public async Task WaitUntilHeard(long before)
    {
        while (Enumerable.Range(0, People).Any(person => Volatile.Read(ref _since[person]) is > 0 and var since && since < before))
            await Task.Delay(TryAgain);
    }

    /// <summary>Waits until what was begun is acknowledged and everyone has everything; returns the lists that the API shows, by person.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<Head>>> Finish()
    {
        await _sending;
        var heads = await Settling.Wait(World, World.Server, () => Task.FromResult<IReadOnlyList<Position>>(
            [.. _devices.Select((device, person) => new Position(person, device.Position.Epoch, device.Position.Version))]));
        await _end.CancelAsync();
        return heads;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _end.Dispose();
        _api.Dispose();
    }

    private async Task Send(Device device, int person, CancellationToken stop)
    {
        // Each in the thread that was made for them.
        var thread = person;
        for (var number = 1; !stop.IsCancellationRequested; number++)
        {
            var cid = Wording.Cid(person, thread, number);
            await _journal.Append(Entries.Line(Entries.Send, person, thread, number));
            var (began, failures) = (Environment.TickCount64, 0);
            Volatile.Write(ref _since[person], began);
            while (true)
            {
                try
                {
                    var text = Wording.Text(cid, 0);
                    var seq = IsByHttp(person)
                        ? (await _api.Send(World.People[person], World.Threads[thread].Id, cid, text)).Seq
                        : (await device.Send(World.Threads[thread].Id, cid, text)).Seq;
                    var now = Environment.TickCount64;
                    lock (_sent)
                        _sent.Add(new Sent(person, began, now, failures));
                    Volatile.Write(ref _since[person], 0);
                    await _journal.Append(Entries.Line(Entries.Acknowledged, person, thread, number, seq, now));
                    break;
                }
                catch (Exception error) when (Failure.IsPassing(error))
                {
                    failures++;
                    await Task.Delay(TryAgain, CancellationToken.None);
                }
            }
            await Task.Delay(Pace, CancellationToken.None);
        }
    }
}

/// <summary>A message that was acknowledged.</summary>
/// <param name="Person">Who sent it.</param>
/// <param name="Began">When it was first tried, in milliseconds of the machine's steady clock.</param>
/// <param name="Ended">When it was acknowledged.</param>
/// <param name="Failures">How many tries failed before.</param>
internal readonly record struct Sent(int Person, long Began, long Ended, int Failures);
