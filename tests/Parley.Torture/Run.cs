using Parley.Client;
using Parley.Protocol;

namespace Parley.Torture;

/// <summary>One run: people talk under faults, then all is healed, and everything is compared.</summary>
internal sealed class Run(Options options)
{
    private static readonly TimeSpan DrainPatience = TimeSpan.FromMinutes(3), SyncPatience = TimeSpan.FromMinutes(2);

    /// <summary>Runs it; the exit code is 0 when nothing was lost, doubled, reordered or made up.</summary>
    public async Task<int> Talk()
    {
        var work = Directory.CreateTempSubdirectory("parley-torture-").FullName;
        var isKept = true;
        try
        {
            using var disk = new SmallDisk(work, options.DiskMegabytes);
            await using var server = new ServerProcess(options.Server, Path.Combine(disk.Folder, "data"));
            var clock = new FakeClock(work);
            clock.GiveTo(server);
            await server.Start();
            using var proxy = new FaultProxy(server.Port, options.Seed);
            var world = await World.Make(server.Address, proxy.Address, options.Seed, options.People, options.Neighbours);
            var worldPath = Path.Combine(work, "world.json");
            world.Save(worldPath);

            using var clients = new ClientPrograms(work, worldPath, options.Programs);
            using var faults = new Faults(world, server, clients, proxy, disk, clock, work);
            var report = new Report(options, world, clients, faults, proxy, server);
            clients.Start();
            using var watching = new CancellationTokenSource();
            var progress = report.Watch(watching.Token);
            await faults.Run(options.Duration, options.Gap);
            proxy.Heal();
            await clients.Tell(ClientProgram.Stop, DrainPatience);
            var heads = await WaitUntilSynced(world, server, clients);
            await watching.CancelAsync();
            await progress;
            await server.Stop();

            var checker = new Checker(world, clients.Journals, faults.Restores);
            checker.Check(Path.Combine(disk.Folder, "data", "parley.db"), heads);
            isKept = !report.Print(checker);
            return isKept ? 1 : 0;
        }
        finally
        {
            if (isKept)
                await Console.Error.WriteLineAsync($"Journals and backups are kept in {work}.");
            else
                Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Waits until every device says it is where the server is, twice in a row; what is not there then is missing for good.</summary>
    private static async Task<IReadOnlyList<IReadOnlyList<Head>>> WaitUntilSynced(World world, ServerProcess server, ClientPrograms clients)
    {
        using var api = new Api(server.Address);
        var before = new List<long>();
        for (var until = Environment.TickCount64 + (long)SyncPatience.TotalMilliseconds; Environment.TickCount64 < until; await Task.Delay(1_500))
        {
            var now = new List<long>();
            foreach (var person in world.People)
                now.Add((await api.Bootstrap(person)).Version);
            var positions = await clients.Locate();
            if (now.SequenceEqual(before) && positions.All(position => position.Version == now[position.Person]))
                break;
            before = now;
        }
        var heads = new List<IReadOnlyList<Head>>();
        foreach (var person in world.People)
            heads.Add(await api.GetThreads(person));
        return heads;
    }
}
