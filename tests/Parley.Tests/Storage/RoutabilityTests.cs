using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using NetVips;
using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Server.Sync;
using Parley.Tests.Structure;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Storage;

/// <summary>
/// Every statement that the server runs finds the rows of hot tables by the column that would spread them over machines, so that it is
/// the business of one of them; and none reads a whole table. Observed in the engine, while a messenger's acts are done by every route
/// and frame there is.
/// </summary>
public sealed class RoutabilityTests
{
    /// <summary>What each hot table is spread by; docs/scale.md says the same. Who is in a thread is asked from both sides.</summary>
    private static readonly Dictionary<string, string[]> SpreadBy = new()
    {
        ["users"] = ["user_id"],
        ["user_versions"] = ["user_id"],
        ["threads"] = ["thread_id"],
        ["thread_users"] = ["user_id", "thread_id"],
        ["messages"] = ["thread_id"],
        ["reactions"] = ["thread_id"],
    };

    /// <summary>Found by something else, seldom; docs/scale.md says what becomes of each. No column: the whole table is read.</summary>
    private static readonly (string Table, string? Column, string Words)[] Exceptions =
    [
        ("users", "username", "username"),      // sign-up and sign-in
        ("users", null, "search_name LIKE"),    // people search
        ("users", "photo_id", "photo_id"),      // whether anyone still has a photo that was replaced
        ("threads", "direct_key", "direct_key"), // whether two people have a thread already
    ];

    private static readonly string[] NotOfTheMessenger = ["/api/health/live", "/api/health/ready", "/api/openapi.json"];

    [Fact]
    public async Task Every_statement_is_the_business_of_one_thread_or_user_and_reads_no_whole_table()
    {
        await using var world = await World.Begin();
        await world.DoEverything();

        var statements = await world.Read();

        var faults = statements.SelectMany(FindFaults).ToList();
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
        // It did look: every hot table was read, and every exception was met.
        var read = statements.SelectMany(statement => statement.Accesses.Select(access => access.Table)).ToHashSet();
        Assert.Empty(SpreadBy.Keys.Except(read));
        Assert.All(Exceptions, exception => Assert.Contains(
            statements, statement => statement.Accesses.Any(access => !IsRouted(access) && IsExcepted(statement, access, exception))));
    }

    [Theory]
    [InlineData("SELECT count(*) FROM messages WHERE sent_at > 1")]
    [InlineData("SELECT m.text FROM messages m WHERE m.user_id = 1")]
    [InlineData("SELECT t.revision FROM thread_users m JOIN threads t ON t.last_seq = m.read_seq WHERE m.user_id = 1")]
    [InlineData("UPDATE thread_users SET muted = muted WHERE version > 1")]
    [InlineData("SELECT user_id FROM users ORDER BY user_id LIMIT 1")]
    public async Task A_statement_that_would_ask_every_machine_is_noticed(string sql)
    {
        await using var world = await World.Begin();

        await world.Server.Database.Write(connection => connection.ExecuteAsync(sql));

        Assert.Contains(await world.Read(), statement => statement.Sql == sql && FindFaults(statement).Any());
    }

    private static IEnumerable<string> FindFaults(SeenStatement statement) =>
        from access in statement.Accesses
        where !access.Table.StartsWith("pg_", StringComparison.Ordinal) && !access.Table.StartsWith("sqlite_", StringComparison.Ordinal)
        where !SchemaTests.Cold.Contains(access.Table) && !IsRouted(access)
        where !Exceptions.Any(exception => IsExcepted(statement, access, exception))
        select $"{access.Table} is found by {access.Condition ?? "reading it all"}, not by {string.Join(" or ", SpreadBy.GetValueOrDefault(access.Table, []))}:\n{statement.Sql}";

    private static bool IsRouted(TableAccess access) =>
        SpreadBy.TryGetValue(access.Table, out var columns) && columns.Any(column => IsFoundBy(access, column));

    private static bool IsExcepted(SeenStatement statement, TableAccess access, (string Table, string? Column, string Words) exception) =>
        access.Table == exception.Table && statement.Sql.Contains(exception.Words, StringComparison.Ordinal)
        && (exception.Column is null ? access.Condition is null : IsFoundBy(access, exception.Column));

    // "(thread_id=? AND seq>?)" on SQLite, "((thread_id = k.thread_id) AND (seq > 5))" on PostgreSQL.
    private static bool IsFoundBy(TableAccess access, string column) =>
        access.Condition is not null && Regex.IsMatch(access.Condition, $@"\b{column} ?= ?");

    /// <summary>A watched server, and two people who do everything that can be done with it.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-test-");
        private readonly string _database;
        private StatementWatch _watch = null!;

        private World() => _database = TestEngine.Create(_folder.FullName);

        public TestServer Server { get; private set; } = null!;

        public static async Task<World> Begin()
        {
            var world = new World();
            // Before the server starts, which already looks for rows then: PostgreSQL reads a table as a whole that has none.
            await using (var database = TestEngine.Open(world._database, TimeProvider.System))
                await Populate(database);
            world._watch = StatementWatch.Begin(world._database);
            world.Server = await TestServer.Start(database: world._watch.ConnectionString);
            return world;
        }

        public async Task DoEverything()
        {
            var (ada, bob) = (await Server.SignUp(), await Server.SignUp());
            var thread = await ada.StartThread(bob);
            await ada.Send(thread, "hello");
            var bootstrap = await bob.Get<Bootstrap>("/bootstrap");
            await CallEveryRoute(ada, bob, thread);
            await SayEveryFrame(ada, bob, thread, bootstrap);
            // What is written when the server stops, too.
            await Server.Restart();
        }

        /// <summary>What was run since the server stood: a migration is done once, to all there is.</summary>
        public async Task<List<SeenStatement>> Read()
        {
            var migrations = Repository.List("src/Parley.Server/Storage").Where(path => path.EndsWith(".sql", StringComparison.Ordinal)).Select(Repository.Read).ToList();
            return [.. (await _watch.Read(Server.Database)).Where(statement => !migrations.Exists(script => script.Contains(statement.Sql.Trim(), StringComparison.Ordinal)))];
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            _watch.Dispose();
            TestEngine.Release(_database);
            _folder.Delete(recursive: true);
        }

        /// <summary>Rows enough that no engine prefers to read a table as a whole: 1,000 people, each with 20 threads.</summary>
        private static Task Populate(Database database) => database.Write(async connection =>
        {
            foreach (var (count, insert) in new[]
            {
                (1_000, """
                    users (user_id, username, full_name, search_name, password_hash, security_stamp, created_at, last_active_at)
                    SELECT i + 1, 'name ' || i, 'Name', ' name', '', '', 0, 0
                    """),
                (1_000, "user_versions (user_id, version) SELECT i + 1, 20"),
                (10_000, "threads (thread_id, direct_key, created_at, last_seq, revision) SELECT i + 1, 'key ' || i, 0, 4, 4"),
                (10_000, "thread_users (user_id, thread_id, version, activity) SELECT i % 1000 + 1, i + 1, i / 1000, i / 1000"),
                (10_000, "thread_users (user_id, thread_id, version, activity) SELECT (i % 1000 + i / 1000 + 1) % 1000 + 1, i + 1, i / 1000 + 10, i / 1000 + 10"),
                (40_000, "messages (thread_id, seq, revision, user_id, cid, text, sent_at) SELECT i % 10000 + 1, i / 10000 + 1, i / 10000 + 1, i % 1000 + 1, 'c' || i, 'hello', 0"),
                (10_000, "reactions (thread_id, seq, user_id, emoji) SELECT i + 1, 1, i % 1000 + 1, '👍'"),
            })
            {
                await connection.ExecuteAsync($"INSERT INTO {insert} FROM (WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count}) SELECT i FROM n) n");
            }
            // PostgreSQL does this by itself, a while later.
            return TestEngine.IsPostgres ? await connection.ExecuteAsync("ANALYZE (VERBOSE off)") : 0;
        });

        private async Task CallEveryRoute(ParleyApi ada, ParleyApi bob, Id thread)
        {
            var away = Server.Stranger();
            await away.SignIn(ada.Me.Username);
            var lost = Server.Stranger();
            await lost.SignIn(ada.Me.Username);
            var lostSession = (await lost.Get<SessionsAnswer>("/sessions")).Sessions.Single(session => session.Current).Id;
            for (var i = 0; i < 5; i++)
                await bob.Send(thread, $"message {i}");
            var older = (await ada.Get<MessagesPage>($"/threads/{thread}/messages?limit=2")).OlderPageToken!;
            await ada.StartThread(await Server.SignUp());
            var next = (await ada.Get<ThreadsPage>("/threads?limit=1")).NextPageToken!;
            var bootstrap = await ada.Get<Bootstrap>("/bootstrap");
            await bob.Send(thread, "since then");

            (string Route, Func<string, Task<HttpResponseMessage>> Call)[] calls =
            [
                ("POST /accounts", path => Server.Stranger().Post(path, new SignUpRequest("newcomer", "New", ParleyApi.GoodPassword))),
                ("POST /sessions", path => Server.Stranger().Post(path, new SignInRequest("newcomer", ParleyApi.GoodPassword))),
                ("GET /sessions", ada.Get),
                ("GET /sessions/current", ada.Get),
                ("DELETE /sessions/{id}", _ => ada.Delete($"/sessions/{lostSession}")),
                ("DELETE /sessions/current", away.Delete),
                ("GET /me", ada.Get),
                ("PATCH /me", path => ada.Patch(path, new ChangeProfileRequest("Ada Lovelace"))),
                ("PUT /me/password", path => bob.Put(path, new ChangePasswordRequest(ParleyApi.GoodPassword, "another pass phrase"))),
                ("PUT /me/photo", path => ada.Call(HttpMethod.Put, path, ParleyApi.Bytes(Draw(1), "image/png"))),
                ("GET /photos/{photo}", async _ => await ada.Get($"/photos/{(await ada.Get<MeAnswer>("/me")).User.Photo}?size=64")),
                ("PUT /me/photo", path => ada.Call(HttpMethod.Put, path, ParleyApi.Bytes(Draw(2), "image/png"))),
                ("DELETE /me/photo", ada.Delete),
                ("GET /users", path => ada.Get(path + "?query=new")),
                ("GET /users/{id}", _ => ada.Get($"/users/{bob.Id}")),
                ("GET /threads", path => ada.Get($"{path}?limit=1&pageToken={Uri.EscapeDataString(next)}")),
                ("POST /threads", path => ada.Post(path, new StartThreadRequest([bob.Id]))),
                ("GET /threads/{id}", ada.Get),
                ("POST /threads/{id}", path => ada.Post(path, new SendRequest("c-1", "hello", 1))),
                ("PATCH /threads/{id}", path => ada.Patch(path, new UpdateThreadRequest(3, true, true, true, new OptionalText(true, "Bobby")))),
                ("GET /threads/{id}/users", ada.Get),
                ("GET /threads/{id}/messages", path => ada.Get($"{path}?limit=2&pageToken={Uri.EscapeDataString(older)}")),
                ("GET /threads/{id}/messages", path => ada.Get(path + "?around=3")),
                ("POST /threads/{id}/messages", path => ada.Post(path, new SendRequest("c-1", "hello", 1))),
                ("PUT /threads/{id}/messages/{seq}/reactions/{emoji}", path => bob.Call(HttpMethod.Put, path)),
                ("GET /threads/{id}/messages", ada.Get),
                ("DELETE /threads/{id}/messages/{seq}/reactions/{emoji}", bob.Delete),
                ("PATCH /threads/{id}/messages/{seq}", path => ada.Patch(path, new EditRequest("hello again"))),
                ("DELETE /threads/{id}/messages/{seq}", ada.Delete),
                ("GET /threads/{id}/changes", path => ada.Get(path + "?revision=2")),
                ("GET /bootstrap", ada.Get),
                ("GET /sync", path => ada.Get($"{path}?epoch={bootstrap.Epoch}&version={bootstrap.Version}&wait=1")),
                ("DELETE /threads/{id}", ada.Delete),
                ("GET /socket", path => ada.Get(path)),
            ];
            foreach (var (route, call) in calls)
            {
                var path = route[route.IndexOf('/', StringComparison.Ordinal)..].Replace("{id}", thread.ToString(), StringComparison.Ordinal)
                    .Replace("{seq}", "1", StringComparison.Ordinal).Replace("{emoji}", Uri.EscapeDataString("👍"), StringComparison.Ordinal);
                using var response = await call(path);
                Assert.True(response.IsSuccessStatusCode || route == "GET /socket", $"{route} gave {(int)response.StatusCode}.");
            }
            Assert.Empty(ApiRoutes.All(Server).Where(route => !NotOfTheMessenger.Contains(route.Pattern))
                .Select(route => route.ToString().Replace("/api/", "/", StringComparison.Ordinal)).Except(calls.Select(call => call.Route)));
        }

        private async Task SayEveryFrame(ParleyApi ada, ParleyApi bob, Id thread, Bootstrap since)
        {
            // She has been away since the first message: heads, messages of an open thread, and delivered marks are read for her.
            await using var adas = await SocketClient.ConnectAndGreet(Server.Url, ada.Token!, since.Epoch, 0, new Dictionary<string, long> { [$"{thread}"] = 0 });
            await using var bobs = await SocketClient.ConnectAndGreet(Server.Url, bob.Token!);
            object[] frames =
            [
                new { type = "send", cid = "c-2", thread, text = "hello", replyTo = 2 },
                new { type = "read", thread, seq = 7 },
                new { type = "typing", thread },
                new { type = "watch", users = new[] { ada.Id } },
                new { type = "active", state = "active" },
            ];
            await bobs.Say(frames[0]);
            // It brings the thread back that she has removed: before, she hears of no typing in it.
            await bobs.Expect("ack");
            foreach (var frame in frames[1..])
                await bobs.Say(frame);
            await adas.Expect("changes");
            await adas.Expect("typing");
            await bobs.Expect("presence");
            var version = (await ada.Get<Bootstrap>("/bootstrap")).Version;
            await adas.Say(new { type = "ping", version });
            for (Head head; (head = await bob.Get<Head>($"/threads/{thread}")).PeerDeliveredSeq < head.LastSeq;)
                await Task.Delay(50);
            Assert.Empty(Server.Services.GetServices<SocketCommand>().Select(command => command.Type)
                .Except(frames.Select(frame => (string)frame.GetType().GetProperty("type")!.GetValue(frame)!)));
        }

        private static byte[] Draw(int shade)
        {
            using var image = Image.Black(128, 128) + shade * 50;
            using var bytes = image.Cast(Enums.BandFormat.Uchar);
            return bytes.PngsaveBuffer();
        }
    }
}
