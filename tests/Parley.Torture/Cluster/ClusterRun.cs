using System.Runtime.InteropServices;
using Npgsql;

namespace Parley.Torture.Cluster;

/// <summary>One run on a cluster: people talk under faults, then all is healed, and everything is compared.</summary>
internal sealed class ClusterRun(Options options, string root)
{
    /// <summary>Runs it; the exit code is 0 when nothing was lost, doubled, reordered or made up, and all came back in time.</summary>
    public async Task<int> Talk()
    {
        var work = Directory.CreateTempSubdirectory("parley-torture-").FullName;
        // PostgreSQL has a user of its own, whose folder lies in this one.
        await Shell.Execute("chmod", "a+x", work);
        var isKept = true;
        EventHandler? endAll = null;
        try
        {
            var shell = new Shell(root);
            using var network = await Network.Make(options.Nodes);
            await using var postgres = new Postgres(shell, Path.Combine(work, "postgres"), network);
            await postgres.Start();
            await using var nodes = new Nodes(options.Server, work, options.Nodes, postgres.AddressForNodes, network);
            await nodes.Start();
            using var balancer = await Balancer.Start(shell, work, nodes.Places);
            using var proxy = new FaultProxy(balancer.Port, options.Seed);
            var world = await World.Make(balancer.Address, proxy.Address, options.Seed, options.People, options.Neighbours) with { Pace = options.Pace };
            var worldPath = Path.Combine(work, "world.json");
            world.Save(worldPath);
            await using var senders = await Senders.Make(balancer.Address, options.Seed, work);
            using var presence = await Presence.Make(nodes, balancer.Address);
            using var promises = await Promises.Make(nodes, balancer.Address);

            using var clients = new ClientPrograms(work, worldPath, options.Programs);
            using var interruption = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Environment.Exit(130));
            AppDomain.CurrentDomain.ProcessExit += endAll = (_, _) => EndAll(clients, balancer, nodes, postgres);
            var faults = new NodeFaults(options, nodes, postgres, network, presence, promises, senders, clients, proxy);
            using var progress = new Progress(options, world, clients, faults.Schedule, () => nodes.Memory);
            var readiness = new Readiness(nodes);
            using var end = new CancellationTokenSource();
            clients.Start();
            progress.Start();
            senders.Start(end.Token);
            presence.Start(end.Token);
            var watching = readiness.Watch(end.Token);
            try
            {
                await faults.Schedule.Run(options.Duration, options.Gap);
            }
            finally
            {
                nodes.SaveLogs(work);
            }
            await end.CancelAsync();
            await watching;
            proxy.Heal();
            await clients.Tell(ClientProgram.Stop, Run.DrainPatience);
            var sendersHeads = await senders.Finish();
            var heads = await Settling.Wait(world, balancer.Address, clients.Locate);
            await progress.End();
            await nodes.Stop();
            nodes.SaveLogs(work);

            await using var database = new NpgsqlConnection(postgres.Address);
            await database.OpenAsync();
            var checker = new Checker(world, clients.Journals, [], [promises.Thread, .. senders.World.Threads.Select(talk => talk.Id)]);
            checker.Check(database, heads);
            var ofSenders = new Checker(senders.World, [senders.Journal], [], [promises.Thread, .. world.Threads.Select(talk => talk.Id)]);
            ofSenders.Check(database, sendersHeads);
            checker.Verdict.Add(ofSenders.Verdict);
            isKept = !new ClusterReport(options, faults, proxy, nodes, network, senders, readiness, promises, progress).Print(checker.Verdict);
            return isKept ? 1 : 0;
        }
        finally
        {
            AppDomain.CurrentDomain.ProcessExit -= endAll;
            if (isKept)
                await Console.Error.WriteLineAsync($"Journals and logs are kept in {work}.");
            else
                Directory.Delete(work, recursive: true);
        }
    }

    // A run that is ended by a signal leaves no process behind.
    private static void EndAll(ClientPrograms clients, Balancer balancer, Nodes nodes, Postgres postgres)
    {
        clients.Dispose();
        balancer.Dispose();
        nodes.Kill();
        postgres.Kill().GetAwaiter().GetResult();
    }
}
