using Dapper;
using Microsoft.Data.Sqlite;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Operations;

/// <summary>A live installation moves from SQLite to PostgreSQL, by the program.</summary>
public sealed class MoveTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-move-");
    private string _target = "";

    private string Source => $"Data Source={Path.Combine(_folder.FullName, "parley.db")}";

    public ValueTask InitializeAsync()
    {
        if (TestEngine.IsPostgres)
            _target = TestEngine.CreateEmpty();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        if (TestEngine.IsPostgres)
            TestEngine.Drop(_target);
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact(Skip = TestEngine.NoPostgres, SkipUnless = nameof(TestEngine.IsPostgres), SkipType = typeof(TestEngine))]
    public async Task What_people_say_while_it_is_copied_arrives_too_and_they_go_on_where_they_were()
    {
        await using var old = await StartSqlite();
        await SmallWorld.Fill(old);
        var (ada, bob) = (await old.SignUp(), await old.SignUp());
        var thread = await ada.StartThread(bob);
        for (var i = 0; i < 20; i++)
            await ada.Send(thread, $"before {i}");
        using var stop = new CancellationTokenSource();
        var talking = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await bob.Send(thread, $"meanwhile {i}");
                using var edited = await ada.Patch($"/threads/{thread}/messages/{(i % 20) + 1}", new EditRequest($"edited {i}"));
                using var name = await ada.Patch("/me", new { fullName = $"Ada the {i}" });
                using var reaction = await ada.Call(i % 2 == 0 ? HttpMethod.Put : HttpMethod.Delete, $"/threads/{thread}/messages/1/reactions/👍", ParleyApi.Json(new { }));
            }
        });

        var first = await Move();
        var early = await ParleyProgram.Run("--port", "0", "--data", NewFolder(), "--database", _target);
        var second = await Move();
        await stop.CancelAsync();
        await talking;
        var (epoch, version) = (old.Database.Epoch, await old.Database.ReadVersion(bob.Id.Value));
        var (wasAda, wasBob) = (await Replica.Read(old.Database, ada.Id.Value), await Replica.Read(old.Database, bob.Id.Value));
        await old.Stop();
        var last = await Move();
        var again = await Move();
        var late = await ParleyProgram.Run("--port", "0", "--data", _folder.FullName, "--database", Source);

        Assert.All([first, second], run => Assert.True(run.Code == 0 && run.Output.Contains("Stop the server and run this again", StringComparison.Ordinal), run.Output));
        Refused(early, "A move into this database has not been finished");
        Assert.True(last.Code == 0 && last.Output.Contains("everything is the same on both sides", StringComparison.Ordinal), last.Output);
        Refused(again, "was moved to");
        Refused(late, "was moved to PostgreSQL at");
        Assert.Empty(await Difference());
        await using var server = await TestServer.Start(database: _target);
        Assert.Equal($"{wasAda}", $"{await Replica.Read(server.Database, ada.Id.Value)}");
        Assert.Equal($"{wasBob}", $"{await Replica.Read(server.Database, bob.Id.Value)}");
        // Bob's device comes back with the token and the place that it has: it is still signed in, and starts over.
        await using var socket = await SocketClient.Connect(server.Url, bob.Token!);
        await socket.Say(new { type = "hello", epoch, version });
        await socket.Expect("reset");
        await SmallWorld.Check(server);
    }

    [Fact(Skip = TestEngine.NoPostgres, SkipUnless = nameof(TestEngine.IsPostgres), SkipType = typeof(TestEngine))]
    public async Task Killed_at_any_moment_it_goes_on_where_it_was()
    {
        await using (var old = await StartSqlite())
        {
            await SmallWorld.Fill(old);
            // Enough for several parts.
            await old.Database.Write(connection => connection.ExecuteAsync("""
                INSERT INTO threads (thread_id, direct_key, created_at) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 101) SELECT i, i, i FROM n WHERE TRUE
                """));
            await old.Database.Write(connection => connection.ExecuteAsync("""
                INSERT INTO messages (thread_id, seq, revision, user_id, cid, text, sent_at)
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
                SELECT 1 + i / 1000, i % 1000, i % 1000, 1, 'cid ' || i, 'text ' || i, i FROM n WHERE TRUE
                """));
        }
        var chance = new Random(1);
        var kills = 0;
        while (true)
        {
            using var process = ParleyProgram.Start("move", "--from", _folder.FullName, "--to", _target);
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            if (kills < 8 && !process.WaitForExit(TimeSpan.FromMilliseconds(500 + chance.Next(2_000))))
            {
                process.Kill();
                process.WaitForExit();
                kills++;
                // PostgreSQL notices in its own time that the other side is gone.
                await Eventually.Holds(() => !IsConnected(), "PostgreSQL has closed the connection");
                continue;
            }
            await process.WaitForExitAsync();
            var ended = (process.ExitCode, Output: await output + await error);
            Assert.True(ended.ExitCode == 0 || ended.Output.Contains("was moved to", StringComparison.Ordinal), ended.Output);
            break;
        }

        Assert.True(kills > 0, "It was never killed.");
        Assert.Empty(await Difference());
        await using var server = await TestServer.Start(database: _target);
        await SmallWorld.Check(server);
    }

    [Fact(Skip = TestEngine.NoPostgres, SkipUnless = nameof(TestEngine.IsPostgres), SkipType = typeof(TestEngine))]
    public async Task After_a_move_the_schema_is_as_if_it_had_been_made_there()
    {
        await using (var old = await StartSqlite())
            await SmallWorld.Fill(old);
        var moved = await Move();
        Assert.True(moved.Code == 0, moved.Output);
        var made = TestEngine.CreateEmpty();
        try
        {
            Assert.Equal(0, (await ParleyProgram.Run("migrate", "--database", made)).Code);
            Assert.Equal(await ReadSchema(made), await ReadSchema(_target));
        }
        finally
        {
            TestEngine.Drop(made);
        }
    }

    [Fact(Skip = TestEngine.NoPostgres, SkipUnless = nameof(TestEngine.IsPostgres), SkipType = typeof(TestEngine))]
    public async Task It_goes_into_an_empty_database_only_and_a_backup_of_the_old_one_brings_it_back()
    {
        await using var old = await StartSqlite();
        await SmallWorld.Fill(old);
        await using var other = await TestServer.Start();
        await other.SignUp();
        var connected = await Move(other.Options.Database!);
        await other.Stop();
        var full = await Move(other.Options.Database!);
        await old.Stop();
        var moved = await Move();
        var copy = Path.Combine(_folder.FullName, "copy");
        var backup = await ParleyProgram.Run("backup", copy, "--data", _folder.FullName);
        var restore = await ParleyProgram.Run("restore", copy, "--replace", "--data", _folder.FullName);

        Refused(connected, "Others are connected");
        Refused(full, "Move into an empty one");
        Assert.Equal((0, 0, 0), (moved.Code, backup.Code, restore.Code));
        await old.InitializeAsync();
        await SmallWorld.Check(old);
    }

    private static void Refused((int Code, string Output) ended, string sentence)
    {
        Assert.Equal(1, ended.Code);
        Assert.Contains(sentence, ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Output, StringComparison.Ordinal);
    }

    private Task<TestServer> StartSqlite() => TestServer.Start(configure: options => options with { Data = _folder.FullName }, database: Source);

    private Task<(int Code, string Output)> Move(string? to = null) => ParleyProgram.Run("move", "--from", _folder.FullName, "--to", to ?? _target);

    private string NewFolder() => Directory.CreateDirectory(Path.Combine(_folder.FullName, "other")).FullName;

    private bool IsConnected()
    {
        using var connection = TestEngine.Connect(_target);
        return connection.QuerySingle<bool>("SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL)");
    }

    private static async Task<string> ReadSchema(string connectionString)
    {
        await using var connection = TestEngine.Connect(connectionString);
        return string.Join('\n', await connection.QueryAsync<string>("""
            SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT concat_ws(' ', oid::regclass, reloptions) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1
            """));
    }

    /// <summary>Rows that only one of the two databases has, read past the program, each as JSON.</summary>
    private async Task<IEnumerable<string>> Difference()
    {
        await using var sqlite = new SqliteConnection(new SqliteConnectionStringBuilder(Source) { Pooling = false }.ConnectionString);
        await using var postgres = TestEngine.Connect(_target);
        var differences = new List<string>();
        foreach (var table in await sqlite.QueryAsync<string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('meta', 'schema_versions') AND name NOT LIKE 'sqlite_%'"))
        {
            var ours = (await sqlite.QueryAsync($"SELECT * FROM {table}")).Select(row => Text(row)).ToHashSet();
            ours.SymmetricExceptWith((await postgres.QueryAsync($"SELECT * FROM {table}")).Select(row => Text(row)));
            differences.AddRange(ours.Select(row => $"{table}: {row}"));
        }
        return differences;

        static string Text(dynamic row) => string.Join(" | ", ((IDictionary<string, object?>)row).OrderBy(column => column.Key, StringComparer.Ordinal).Select(column => column.Value switch
        {
            bool flag => flag ? "1" : "0",
            byte[] bytes => Convert.ToHexString(bytes),
            var value => $"{value}",
        }));
    }
}
