using Parley.Client;
using Parley.Protocol;

namespace Parley.Torture;

/// <summary>What is done to server, clients, network, disk and clock of one server while people talk: one fault after the other, drawn from the seed.</summary>
internal sealed class Faults : IDisposable
{
    /// <summary>Faults that not every machine lets us make.</summary>
    public const string DiskFull = "disk full", ClockJumped = "clock jumped";

    private readonly World _world;
    private readonly ServerProcess _server;
    private readonly ClientPrograms _clients;
    private readonly FaultProxy _proxy;
    private readonly SmallDisk _disk;
    private readonly FakeClock _clock;
    private readonly string _work;
    private readonly Api _api;

    public Faults(World world, ServerProcess server, ClientPrograms clients, FaultProxy proxy, SmallDisk disk, FakeClock clock, string work)
    {
        (_world, _server, _clients, _proxy, _disk, _clock, _work) = (world, server, clients, proxy, disk, clock, work);
        _api = new Api(server.Address, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Schedule = new FaultSchedule(world.Seed) { InTheMiddle = ("restore of an earlier backup", PutBackupBack) };
        Schedule.Offer("kill -9 of the server", 5, KillServer);
        Schedule.Offer("server frozen", 2, FreezeServer);
        Schedule.Offer("server restarted", 2, RestartServer);
        Schedule.OfferClientFaults(clients, proxy);
        Schedule.Offer(DiskFull, 2, FillDisk, disk.WhyNot);
        Schedule.Offer(ClockJumped, 2, JumpClock, clock.WhyNot);
    }

    /// <summary>Which comes when.</summary>
    public FaultSchedule Schedule { get; }

    /// <summary>When the server was killed, and when its next life listened.</summary>
    public List<(long Killed, long Listening)> Kills { get; } = [];

    /// <summary>How long the server took to end when it was told to, in milliseconds.</summary>
    public List<long> Stops { get; } = [];

    /// <summary>Backups that were put back.</summary>
    public List<Restore> Restores { get; } = [];

    /// <summary>What the server did wrong while its disk was full.</summary>
    public List<string> Wrong { get; } = [];

    /// <summary>How often a write was refused by name because the disk was full.</summary>
    public int RefusedForDisk { get; private set; }

    public void Dispose() => _api.Dispose();

    private async Task KillServer()
    {
        var killed = Environment.TickCount64;
        _server.Kill();
        await _server.Start();
        Kills.Add((killed, _server.ListeningSince));
    }

    private async Task RestartServer()
    {
        var told = Environment.TickCount64;
        await _server.Stop();
        Stops.Add(Environment.TickCount64 - told);
        await _server.Start();
    }

    private async Task FreezeServer()
    {
        _server.Freeze();
        await Task.Delay(Schedule.Seconds(0.5, 6));
        _server.Thaw();
    }

    private Task JumpClock()
    {
        _clock.Set(TimeSpan.FromSeconds(Schedule.Chance.Next(-3_600, 3_600)));
        return Task.CompletedTask;
    }

    /// <summary>
    /// While the disk is full, reading works, and a write is refused with a sentence that names the disk, as soon as the log has no room
    /// of its own left; afterwards all is well by itself.
    /// </summary>
    private async Task FillDisk()
    {
        var (person, talk) = (_world.People[_world.Threads[0].First], _world.Threads[0]);
        _disk.Fill();
        try
        {
            for (var until = Environment.TickCount64 + 30_000; Environment.TickCount64 < until; await Task.Delay(200))
            {
                await Expect("the list of threads", () => _api.GetThreads(person));
                await Expect("a page of messages", () => _api.GetChanges(person, talk.Id, 0));
                if (!await IsWriteRefused(person))
                    continue;
                RefusedForDisk++;
                break;
            }
        }
        finally
        {
            _disk.Free();
        }
    }

    private async Task<bool> IsWriteRefused(Person person)
    {
        try
        {
            await _api.Rename(person, $"{person.Name}, {Schedule.Chance.Next(1_000)} times");
            return false;
        }
        catch (Refusal refusal) when (refusal.Code == ErrorCode.Unavailable && refusal.Message.Contains("disk is full", StringComparison.Ordinal))
        {
            return true;
        }
        catch (Exception error) when (error is Refusal || Failure.IsPassing(error))
        {
            Wrong.Add($"while the disk was full, a write was answered: {error.Message}");
            return false;
        }
    }

    private async Task Expect<T>(string what, Func<Task<T>> read)
    {
        try
        {
            await read();
        }
        catch (Exception error) when (Failure.IsPassing(error))
        {
            Wrong.Add($"while the disk was full, {what} could not be read: {error.Message}");
        }
    }

    /// <summary>As docs/operating.md says: a backup beside the running server, and later, with the server stopped, a restore.</summary>
    private async Task PutBackupBack()
    {
        var backup = Path.Combine(_work, $"backup-{Restores.Count}.db");
        await _server.Operate("backup", backup);
        await Task.Delay(Schedule.Seconds(3, 8));
        // A seq means another message soon: an edit that is on its way now would change a stranger.
        await _clients.Tell(ClientProgram.Quiet, TimeSpan.FromMinutes(2));
        _server.Kill();
        // Nothing that the old life said is still on its way when the new one speaks.
        _proxy.CutAll();
        await Task.Delay(500);
        await _server.Operate("restore", backup, "--replace");
        var at = Environment.TickCount64;
        await _server.Start();
        Restores.Add(new Restore(backup, at));
        using var api = new Api(_server.Address);
        while (true)
        {
            var epoch = (await api.Bootstrap(_world.People[0])).Epoch;
            if ((await _clients.Locate()).All(position => position.Epoch == epoch))
                break;
            await Task.Delay(100);
        }
        await _clients.Tell(ClientProgram.Loud, TimeSpan.FromSeconds(30));
    }
}
