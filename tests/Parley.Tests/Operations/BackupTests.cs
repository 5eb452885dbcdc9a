using Parley.Protocol;
using Parley.Server.Sync;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Operations;

/// <summary>Backups made by the program while the real server runs, and put back by it.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-backup-");

    private string Copy => Path.Combine(_folder.FullName, "copy");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task S7_A_backup_that_is_put_back_begins_an_epoch_in_which_clients_of_the_old_one_hold_what_it_holds()
    {
        await using var server = await TestServer.Start();
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);
        await ada.Send(thread, "before the backup");
        Assert.Equal((0, true), await Backup(server));
        await ada.Send(thread, "after the backup");
        var (epoch, version) = (server.Database.Epoch, await server.Database.ReadVersion(bob.Id.Value));

        await server.Stop();
        Assert.Equal(0, (await Run(server, "restore", Copy, "--replace")).Code);
        await server.InitializeAsync();
        // Up to the number at which the old life was, and past it.
        for (var i = 0; i < 3; i++)
        {
            await using var socket = await SocketClient.Connect(server.Url, bob.Token!);
            await socket.Say(new { type = "hello", epoch, version, hot = new Dictionary<string, long> { [$"{thread}"] = 2 } });
            await socket.Expect("reset");
            await ada.Send(thread, $"new {i}");
        }

        var start = await bob.Get<Bootstrap>("/bootstrap");
        Assert.NotEqual(epoch, start.Epoch);
        Assert.Equal(["before the backup", "new 0", "new 1", "new 2"], await Texts(bob, thread));
        var replica = await Replica.Read(server.Database, bob.Id.Value);
        await ada.Send(thread, "the last");
        await replica.CatchUp(server.Database);
        Assert.Equal($"{await Replica.Read(server.Database, bob.Id.Value)}", $"{replica}");
    }

    [Fact]
    public async Task A_backup_made_while_people_write_holds_everything_that_was_acknowledged_before_it()
    {
        await using var server = await TestServer.Start();
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);
        var acknowledged = new List<string>();
        using var stop = new CancellationTokenSource();
        var talking = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var text = $"message {acknowledged.Count}";
                await ada.Send(thread, text);
                lock (acknowledged)
                    acknowledged.Add(text);
            }
        });
        await Eventually.Holds(() => acknowledged.Count > 50, "Messages are sent");
        int before;
        lock (acknowledged)
            before = acknowledged.Count;

        Assert.Equal((0, true), await Backup(server));
        await stop.CancelAsync();
        await talking;
        await server.Stop();
        Assert.Equal(0, (await Run(server, "restore", Copy, "--replace")).Code);
        await server.InitializeAsync();

        var history = await server.Database.Read(connection => MessageReader.ReadFrom(connection, thread.Value, 1, 100_000));
        var kept = history.ConvertAll(message => message.Text);
        Assert.InRange(kept.Count, before, acknowledged.Count);
        Assert.Equal(acknowledged.Take(kept.Count), kept);
    }

    [Fact]
    public async Task Nothing_is_overwritten_unless_it_is_asked_for()
    {
        await using var server = await TestServer.Start();
        await server.SignUp("ada");
        Assert.Equal((0, true), await Backup(server));

        Refused(await Run(server, "backup", Copy), "is there already");
        var connected = await Run(server, "restore", Copy, "--replace");
        await server.Stop();
        var holds = await Run(server, "restore", Copy);
        await server.InitializeAsync();

        Refused(connected, TestEngine.IsPostgres ? "Others are connected to the database ('parley" : "Another Parley runs on the data folder");
        Refused(holds, "--replace");
        await server.Stranger().SignIn("ada");
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("text")]
    [InlineData("half")]
    public async Task A_backup_that_is_not_whole_leaves_everything_as_it_was(string what)
    {
        await using var server = await TestServer.Start();
        await server.SignUp("ada");
        Assert.Equal((0, true), await Backup(server));
        if (what == "nothing")
            File.Delete(Copy);
        else if (what == "text")
            await File.WriteAllTextAsync(Copy, "Not a backup.");
        else
            await File.WriteAllBytesAsync(Copy, (await File.ReadAllBytesAsync(Copy))[..^4_096]);
        await server.Stop();

        var refused = await Run(server, "restore", Copy, "--replace");
        await server.InitializeAsync();

        Refused(refused, "backup");
        await server.Stranger().SignIn("ada");
    }

    [Fact(Skip = TestEngine.NoSqlite, SkipUnless = nameof(TestEngine.IsSqlite), SkipType = typeof(TestEngine))]
    public async Task A_backup_takes_the_place_of_a_damaged_database_which_is_set_aside()
    {
        await using var server = await TestServer.Start();
        await server.SignUp("ada");
        Assert.Equal((0, true), await Backup(server));
        await server.Stop();
        var path = Path.Combine(server.Options.Data, "parley.db");
        await File.WriteAllTextAsync(path, string.Concat(Enumerable.Repeat("no database ", 1_000)));
        await File.WriteAllTextAsync(path + "-wal", "nor its log");

        Refused(await Run(server, "restore", Copy), "--replace");
        Assert.Equal(0, (await Run(server, "restore", Copy, "--replace")).Code);
        await server.InitializeAsync();

        await server.Stranger().SignIn("ada");
        Assert.Contains(Directory.GetFiles(server.Options.Data), file => file.StartsWith(path + ".2", StringComparison.Ordinal) && File.ReadAllText(file)[..11] == "no database");
    }

    [Fact]
    public async Task A_backup_goes_into_a_place_where_nothing_is_and_is_for_its_owner_alone()
    {
        await using var server = await TestServer.Start();
        await server.SignUp("ada");
        Assert.Equal((0, true), await Backup(server));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Copy));
        var data = _folder.CreateSubdirectory("elsewhere").FullName;
        var database = TestEngine.IsPostgres ? TestEngine.CreateEmpty() : $"Data Source={Path.Combine(data, "parley.db")}";
        try
        {
            var restored = await ParleyProgram.Run("restore", Copy, "--data", data, "--database", database);
            Assert.Equal((0, "The backup is in place.\n"), restored);

            await using var other = await TestServer.Start(configure: options => options with { Data = data }, database: database);
            await other.Stranger().SignIn("ada");
        }
        finally
        {
            TestEngine.Drop(database);
        }
    }

    [Fact]
    public async Task Migrate_says_what_it_did()
    {
        var data = _folder.CreateSubdirectory("new").FullName;
        var database = TestEngine.IsPostgres ? TestEngine.CreateEmpty() : $"Data Source={Path.Combine(data, "parley.db")}";
        try
        {
            var first = await ParleyProgram.Run("migrate", "--data", data, "--database", database);
            var second = await ParleyProgram.Run("migrate", "--data", data, "--database", database);

            Assert.Equal(0, first.Code);
            Assert.StartsWith("The database is up to date: 0001-first", first.Output, StringComparison.Ordinal);
            Assert.Equal((0, "The database was up to date.\n"), second);
        }
        finally
        {
            TestEngine.Drop(database);
        }
    }

    private async Task<(int Code, bool IsThere)> Backup(TestServer server) => ((await Run(server, "backup", Copy)).Code, File.Exists(Copy));

    private static Task<(int Code, string Output)> Run(TestServer server, params string[] arguments) =>
        ParleyProgram.Run([.. arguments, "--data", server.Options.Data, "--database", server.Options.Database!]);

    private static void Refused((int Code, string Output) ended, string sentence)
    {
        Assert.Equal(1, ended.Code);
        Assert.Contains(sentence, ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Output, StringComparison.Ordinal);
    }

    private static async Task<IEnumerable<string>> Texts(ParleyApi user, Id thread) =>
        (await user.Get<MessagesPage>($"/threads/{thread}/messages")).Messages.Select(message => message.Text).Reverse();
}
