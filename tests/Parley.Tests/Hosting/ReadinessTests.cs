using System.Data.Common;
using System.Net;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

/// <summary>Whether the server says in time that requests should go elsewhere.</summary>
public sealed class ReadinessTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task It_is_red_within_two_seconds_of_a_database_that_freezes_and_green_again_by_itself()
    {
        var world = new World();
        Assert.Null(await world.Readiness.FindTrouble());

        world.Database.Freeze();
        await world.Pass(Bound);
        Assert.Contains("does not answer", await world.Readiness.FindTrouble(), StringComparison.Ordinal);
        Assert.True(world.Readiness.FindTrouble().IsCompleted, "Who asks must not wait for what is frozen.");
        await world.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(2, world.Database.Probes);

        world.Database.Thaw();
        await world.Pass(Bound);
        Assert.Null(await world.Readiness.FindTrouble());
    }

    [Fact]
    public async Task It_is_red_within_two_seconds_of_a_database_that_fails_and_green_again_by_itself()
    {
        var world = new World();
        Assert.Null(await world.Readiness.FindTrouble());

        world.Database.Failure = new InvalidOperationException("nobody home");
        await world.Pass(Bound);
        Assert.Contains("cannot be read or written", await world.Readiness.FindTrouble(), StringComparison.Ordinal);

        world.Database.Failure = null;
        await world.Pass(Bound);
        Assert.Null(await world.Readiness.FindTrouble());
    }

    [Fact]
    public async Task While_nobody_asks_the_database_is_left_alone()
    {
        var world = new World();
        await world.Readiness.FindTrouble();
        await world.Pass(TimeSpan.FromMinutes(2));
        var probes = world.Database.Probes;

        await world.Pass(TimeSpan.FromMinutes(2));

        Assert.Equal(probes, world.Database.Probes);
        Assert.Null(await world.Readiness.FindTrouble());
        Assert.Equal(probes + 1, world.Database.Probes);
    }

    [Fact]
    public async Task A_server_that_stops_is_red()
    {
        var world = new World();
        Assert.Null(await world.Readiness.FindTrouble());
        world.Lifetime.StopApplication();
        Assert.Contains("stopping", await world.Readiness.FindTrouble(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_another_keeps_locked_is_not_ready_until_it_lets_go()
    {
        await using var server = await TestServer.Start();
        await Eventually.Holds(() => Status(server) == HttpStatusCode.OK, "ready");
        await using var other = TestEngine.Connect(server.Options.Database!);
        await other.ExecuteAsync(TestEngine.IsPostgres ? "BEGIN; LOCK TABLE meta" : "BEGIN IMMEDIATE");

        await Eventually.Holds(() => Status(server) == HttpStatusCode.ServiceUnavailable, "not ready");
        await ParleyApi.Refused(await server.Stranger().Get("/health/ready"), HttpStatusCode.ServiceUnavailable, ErrorCode.Unavailable);
        await ParleyApi.Refused(await server.Stranger().Get("/health/ready?leaving=404"), HttpStatusCode.ServiceUnavailable, ErrorCode.Unavailable);
        Assert.Equal(HttpStatusCode.OK, (await server.Stranger().Get("/health/live")).StatusCode);

        await other.CloseAsync();
        await Eventually.Holds(() => Status(server) == HttpStatusCode.OK, "ready again");
    }

    [Fact(Skip = TestEngine.NoSqlite, SkipUnless = nameof(TestEngine.IsSqlite), SkipType = typeof(TestEngine))]
    public async Task A_database_whose_file_was_taken_away_is_not_ready_until_it_is_back()
    {
        await using var server = await TestServer.Start();
        var file = Path.Combine(server.Options.Data, "parley.db");

        File.Move(file, file + ".away");
        await Eventually.Holds(() => Status(server) == HttpStatusCode.ServiceUnavailable, "not ready");

        File.Move(file + ".away", file);
        await Eventually.Holds(() => Status(server) == HttpStatusCode.OK, "ready again");
    }

    [PostgresFact]
    public async Task A_PostgreSQL_that_lets_nobody_in_is_not_ready_until_it_does()
    {
        await using var server = await TestServer.Start();
        await Eventually.Holds(() => Status(server) == HttpStatusCode.OK, "ready");
        var name = TestEngine.NameOf(server.Options.Database!);

        TestEngine.Administrate($"ALTER DATABASE {name} ALLOW_CONNECTIONS false");
        TestEngine.Administrate($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        await Eventually.Holds(() => Status(server) == HttpStatusCode.ServiceUnavailable, "not ready");
        await ParleyApi.Refused(
            await server.Stranger().Post("/accounts", new SignUpRequest("ada", "Ada", ParleyApi.GoodPassword)), HttpStatusCode.ServiceUnavailable, ErrorCode.Unavailable);

        TestEngine.Administrate($"ALTER DATABASE {name} ALLOW_CONNECTIONS true");
        await Eventually.Holds(() => Status(server) == HttpStatusCode.OK, "ready again");
    }

    private static HttpStatusCode Status(TestServer server) => server.Stranger().Get("/health/ready").GetAwaiter().GetResult().StatusCode;

    /// <summary>Readiness with a clock and a database in a test's hand.</summary>
    private sealed class World
    {
        private readonly FakeTimeProvider _clock = new();

        public World()
        {
            var signals = new Signals(new ServerOptions(), Lifetime, NullLogger<Signals>.Instance);
            Readiness = new Readiness(Database, signals, Lifetime, _clock, NullLogger<Readiness>.Instance);
        }

        public PlayedDatabase Database { get; } = new();
        public PlayedLifetime Lifetime { get; } = new();
        public Readiness Readiness { get; }

        /// <summary>Lets time pass in small steps, with room between them for what they wake.</summary>
        public async Task Pass(TimeSpan time)
        {
            var step = TimeSpan.FromMilliseconds(250);
            for (var passed = TimeSpan.Zero; passed < time; passed += step)
            {
                _clock.Advance(step);
                await Database.Settle();
            }
        }
    }

    private sealed class PlayedDatabase : Database
    {
        private TaskCompletionSource _frozen = Thawed();
        private int _answered;
        private int _probes;

        public Exception? Failure { get; set; }
        public int Probes => Volatile.Read(ref _probes);
        public override string Epoch => "";

        public void Freeze() => _frozen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Thaw() => _frozen.SetResult();

        public override async Task Probe()
        {
            Interlocked.Increment(ref _probes);
            try
            {
                await _frozen.Task;
                if (Failure is not null)
                    throw Failure;
            }
            finally
            {
                Interlocked.Increment(ref _answered);
            }
        }

        /// <summary>Waits until every probe that can be answered has been, and a moment for what follows from it.</summary>
        public async Task Settle()
        {
            await Task.Delay(2);
            await Eventually.Holds(() => !_frozen.Task.IsCompleted || Volatile.Read(ref _answered) == Probes, "answered");
            await Task.Delay(2);
        }

        public override Task<T> Read<T>(Func<DbConnection, Task<T>> query) => throw new NotSupportedException();

        public override Task<T> Write<T>(Func<DbConnection, Task<T>> work) => throw new NotSupportedException();

        public override Task<T> Execute<T>(Command<T> command) => throw new NotSupportedException();

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static TaskCompletionSource Thawed()
        {
            var thawed = new TaskCompletionSource();
            thawed.SetResult();
            return thawed;
        }
    }

    private sealed class PlayedLifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;
        public CancellationToken ApplicationStopping { get; private set; }
        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => ApplicationStopping = new CancellationToken(canceled: true);
    }
}
