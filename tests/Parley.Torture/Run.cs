using Parley.Client;

namespace Parley.Torture;

/// <summary>One run: people talk under faults, then all is healed, and everything is compared.</summary>
internal sealed class Run(Options options)
{
    /// <summary>How long what is pending may take when all is healed.</summary>
    public static readonly TimeSpan DrainPatience = TimeSpan.FromMinutes(3);

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
            using var progress = new Progress(options, world, clients, faults.Schedule, () => server.Memory);
            var report = new Report(options, faults, proxy, server, progress);
            clients.Start();
            progress.Start();
            await faults.Schedule.Run(options.Duration, options.Gap);
            proxy.Heal();
            await clients.Tell(ClientProgram.Stop, DrainPatience);
            var heads = await Settling.Wait(world, server.Address, clients.Locate);
            await progress.End();
            await server.Stop();

            var checker = new Checker(world, clients.Journals, faults.Restores);
            await using var database = SqliteFile.Open(Path.Combine(disk.Folder, "data", "parley.db"));
            checker.Check(database, heads);
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
}
