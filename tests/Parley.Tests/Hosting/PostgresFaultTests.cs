using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Parley.Client;
using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Server.Sync;
using Parley.Tests.Simulation;
using Parley.Tests.Support;
using Parley.Torture;
using Xunit;

namespace Parley.Tests.Hosting;

/// <summary>What becomes of a server whose PostgreSQL fails under it, for real.</summary>
public sealed class PostgresFaultTests
{
    [PostgresFact]
    public async Task S3_S12_A_PostgreSQL_that_is_killed_in_mid_burst_loses_nothing_and_the_server_goes_on_when_it_is_back()
    {
        await using var cluster = await PostgresCluster.Start();
        await using var server = await Start(cluster.Create("killed"));
        var talk = await Talk.Begin(server);
        for (var round = 0; round < 3; round++)
        {
            await talk.GoOn(300);
            await cluster.Kill();
            await Eventually.Holds(() => Status(server) == HttpStatusCode.ServiceUnavailable, "not ready");
            await cluster.Start();
            await Eventually.Holds(() => Status(server) == HttpStatusCode.OK, "ready again");
        }
        await talk.GoOn(300);
        await talk.End();
        Assert.True(talk.Refused > 0, "Nobody has noticed anything.");
    }

    [PostgresFact]
    public async Task S12_While_PostgreSQL_stands_still_nobody_waits_for_ever_and_each_message_is_there_once_when_it_moves_again()
    {
        await using var cluster = await PostgresCluster.Start();
        await using var server = await Start(cluster.Create("frozen"));
        var talk = await Talk.Begin(server);
        await talk.GoOn(100);
        cluster.Freeze();
        await Eventually.Holds(() => Status(server) == HttpStatusCode.ServiceUnavailable, "not ready");
        await Eventually.Holds(() => talk.Refused >= Talk.Lanes, "all refused");
        cluster.Thaw();
        await Eventually.Holds(() => Status(server) == HttpStatusCode.OK, "ready again");
        await talk.GoOn(100);
        await talk.End();
        Assert.True(talk.Longest < TimeSpan.FromSeconds(30), $"Someone waited for {talk.Longest}.");
    }

    [PostgresFact]
    public async Task While_PostgreSQL_stands_still_and_many_wait_for_it_what_needs_no_database_is_answered_and_others_are_refused_at_once()
    {
        // As many as there are connections for reading.
        const int Readers = 20;
        await using var cluster = await PostgresCluster.Start();
        var folder = Directory.CreateTempSubdirectory("parley-still-");
        await using (var server = new ServerProcess(
            Path.Combine(AppContext.BaseDirectory, "parley.dll"), folder.FullName, "--database", cluster.Create("still"), "--no-limits"))
        {
            await server.Start();
            using var api = new Api(server.Address, patience: TimeSpan.Zero);
            var ada = await api.SignUp("Ada", "ada", ParleyApi.GoodPassword);
            using var http = new HttpClient { BaseAddress = server.Address };
            using var health = new HttpClient { BaseAddress = server.Address };
            http.DefaultRequestHeaders.Authorization = new("Bearer", ada.Token);
            await AskForThreads();
            cluster.Freeze();
            var asked = AskForThreads();
            var longest = TimeSpan.Zero;
            while (!asked.IsCompleted)
            {
                var at = Stopwatch.GetTimestamp();
                using var live = await health.GetAsync("/api/health/live", TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, live.StatusCode);
                longest = Stopwatch.GetElapsedTime(at) is var took && took > longest ? took : longest;
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
            Assert.True(longest < TimeSpan.FromSeconds(4), $"For {longest} nothing was answered.");

            // After they have waited in vain, at most one at a time goes on trying.
            var refused = Enumerable.Range(0, Readers).Select(_ => http.GetAsync("/api/threads")).ToList();
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
            var answers = refused.Where(answer => answer.IsCompletedSuccessfully).Select(answer => answer.Result).ToList();
            Assert.InRange(answers.Count, Readers - 1, Readers);
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode));
            cluster.Thaw();
            await Task.WhenAll(refused);
            await Eventually.Holds(() => health.GetAsync("/api/health/ready").GetAwaiter().GetResult().IsSuccessStatusCode, "welcome again");

            async Task AskForThreads() => await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => http.GetAsync("/api/threads")));
        }
        folder.Delete(recursive: true);
    }

    [PostgresFact]
    public async Task S12_Connections_that_are_cut_lose_nothing_and_one_that_was_cut_while_idle_is_not_noticed()
    {
        await using var server = await Start();
        var talk = await Talk.Begin(server);
        for (var round = 0; round < 20; round++)
        {
            await talk.GoOn(20);
            Cut();
        }
        await talk.End();

        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = (await ada.StartThread(bob)).Value;
        await server.Database.Send(ada.Me.Id.Value, thread, "before");
        Cut();
        await server.Database.Send(ada.Me.Id.Value, thread, "after");
        Cut();
        Assert.Equal(2, (await server.Database.ReadHead(bob.Me.Id.Value, thread))!.LastSeq);
        Cut();
        await server.SignUp();

        void Cut() => TestEngine.Administrate(
            $"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{TestEngine.NameOf(server.Options.Database!)}'");
    }

    [PostgresFact]
    public async Task A_socket_that_cannot_be_told_anything_for_want_of_PostgreSQL_is_given_up_and_no_fault_of_ours_is_logged()
    {
        await using var cluster = await PostgresCluster.Start();
        var folder = Directory.CreateTempSubdirectory("parley-log-");
        await using (var server = new ServerProcess(
            Path.Combine(AppContext.BaseDirectory, "parley.dll"), folder.FullName, "--database", cluster.Create("away")))
        {
            await server.Start();
            using var api = new Api(server.Address, patience: TimeSpan.Zero);
            var ada = await api.SignUp("Ada", "ada", ParleyApi.GoodPassword);
            await using var socket = await SocketClient.ConnectAndGreet(server.Address, ada.Token);
            await cluster.Kill();
            await socket.Say(new { type = "watch", users = new[] { ada.Id } });
            await socket.ExpectClose();
            await server.Stop();
            Assert.DoesNotContain([.. server.Output, .. server.Errors], line => line.Contains("[202]", StringComparison.Ordinal));
        }
        folder.Delete(recursive: true);
    }

    [PostgresFact]
    public async Task A_full_disk_is_named_reads_go_on_and_it_heals_by_itself()
    {
        await using var cluster = await PostgresCluster.Start();
        using var disk = new SmallDisk(cluster.Folder, 64);
        Assert.SkipWhen(disk.WhyNot is not null, disk.WhyNot ?? "");
        var place = Directory.CreateDirectory(Path.Combine(disk.Folder, "space")).FullName;
        await cluster.Own(place);
        TestEngine.Administrate($"CREATE TABLESPACE small LOCATION '{place}'", cluster.ConnectionString);
        await using var server = await Start(cluster.Create("on_small_disk", "TABLESPACE small"));
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = (await ada.StartThread(bob)).Value;
        var sent = 0;

        disk.Fill();
        Refusal? refusal = null;
        while (refusal is null)
        {
            // Of chance, so that it takes its place.
            try
            {
                await server.Database.Send(ada.Me.Id.Value, thread, RandomNumberGenerator.GetHexString(8_000));
                sent++;
            }
            catch (Refusal refused)
            {
                refusal = refused;
            }
        }
        Assert.Equal(ErrorCode.Unavailable, refusal.Code);
        Assert.Contains("disk is full", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(sent, (await server.Database.ReadHead(bob.Me.Id.Value, thread))!.LastSeq);

        disk.Free();
        await server.Database.Send(ada.Me.Id.Value, thread, "there is room again");
        Assert.Equal(sent + 1, (await server.Database.ReadHead(bob.Me.Id.Value, thread))!.LastSeq);
        await Invariants.CheckNumbers(server.Database);
    }

    private static Task<TestServer> Start(string? database = null) =>
        TestServer.Start(configure: options => options with { Database = database ?? options.Database });

    private static HttpStatusCode Status(TestServer server) => server.Stranger().Get("/health/ready").GetAwaiter().GetResult().StatusCode;

    /// <summary>Two people on many devices, each of which sends one message after the other, and again with the same cid until it is told that it is there.</summary>
    private sealed class Talk
    {
        public const int Lanes = 16;

        private readonly ConcurrentDictionary<string, long> _seqs = new();
        private readonly Lock _gate = new();
        private Database _database = null!;
        private long _thread;
        private Task _all = Task.CompletedTask;
        private int _refused;
        private volatile bool _isOver;

        /// <summary>How many answers were that the database is not there.</summary>
        public int Refused => Volatile.Read(ref _refused);

        /// <summary>The longest that anyone waited for an answer.</summary>
        public TimeSpan Longest { get; private set; }

        public static async Task<Talk> Begin(TestServer server)
        {
            var (ada, bob) = (await server.SignUp(), await server.SignUp());
            var talk = new Talk { _database = server.Database, _thread = (await ada.StartThread(bob)).Value };
            talk._all = Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => talk.Send(lane, (lane % 2 == 0 ? ada : bob).Me.Id.Value)));
            return talk;
        }

        /// <summary>Waits until so many more have been acknowledged.</summary>
        public Task GoOn(int more)
        {
            var goal = _seqs.Count + more;
            return Eventually.Holds(() => _seqs.Count >= goal || _all.IsFaulted, $"{more} more");
        }

        /// <summary>All was acknowledged in the end; all of it is there once, where it was said to be, in the order of each device, and nothing else.</summary>
        public async Task End()
        {
            _isOver = true;
            await _all.WaitAsync(TimeSpan.FromSeconds(60));
            var messages = await _database.Read(connection => MessageReader.ReadFrom(connection, _thread, 1, 1_000_000));
            Assert.Equal(_seqs.OrderBy(one => one.Value).Select(one => (one.Value, one.Key)), messages.OrderBy(message => message.Seq).Select(message => (message.Seq, message.Cid)));
            foreach (var lane in messages.OrderBy(message => message.Seq).GroupBy(message => message.Cid.Split('-')[0]))
                Assert.Equal(Enumerable.Range(0, lane.Count()).Select(i => $"{lane.Key}-{i}"), lane.Select(message => message.Cid));
            await Invariants.CheckNumbers(_database);
        }

        private async Task Send(int lane, long user)
        {
            for (var i = 0; !_isOver; i++)
            {
                while (!await Try(user, $"{lane}-{i}"))
                    await Task.Delay(50);
            }
        }

        private async Task<bool> Try(long user, string cid)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                _seqs[cid] = (await _database.Send(user, _thread, cid, cid)).Seq;
                return true;
            }
            catch (Refusal refusal) when (refusal.Code == ErrorCode.Unavailable)
            {
                Interlocked.Increment(ref _refused);
                return false;
            }
            finally
            {
                lock (_gate)
                    Longest = TimeSpan.FromTicks(Math.Max(Longest.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
            }
        }
    }
}
