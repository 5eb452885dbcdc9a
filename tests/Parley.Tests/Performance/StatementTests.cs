using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Performance;

/// <summary>
/// How many statements a request runs, the look-up of its session included: as many for one thread or message as for fifty. Counted on SQLite, whose
/// statements are those of PostgreSQL, except that PostgreSQL writes a whole batch with a few, and answers many look-ups by key with one.
/// </summary>
public sealed class StatementTests
{
    private const int Threads = 50, Messages = 60;

    [Theory]
    [InlineData("the newest threads", 4)]
    [InlineData("the list of threads", 2)]
    [InlineData("a page of messages", 3)]
    [InlineData("what changed in a thread", 3)]
    [InlineData("changes since a version", 3)]
    [InlineData("a connection that comes back", 3)]
    [InlineData("its first ping", 2)]
    [InlineData("sending a message", 8)]
    [InlineData("moving the read mark", 9)]
    [InlineData("a ping", 1)]
    public async Task A_request_runs_so_many_statements(string what, int expected)
    {
        Assert.SkipWhen(TestEngine.IsPostgres, "Statements are counted in SQLite.");
        SqliteTrace? trace = null;
        await using var server = await TestServer.Start(configure: options => options with { Database = (trace = new SqliteTrace(options.Database!)).ConnectionString });
        using var watch = trace!;
        var ada = await server.SignUp();
        var bob = await server.SignUp();
        var threads = new List<Id>();
        for (var i = 0; i < Threads; i++)
        {
            threads.Add(await ada.StartThread(i == 0 ? bob : await server.SignUp()));
            await ada.Send(threads[i], "hello");
        }
        for (var i = 0; i < Messages; i++)
        {
            var message = await ada.Send(threads[0], $"message {i}");
            (await ada.Put($"/threads/{threads[0]}/messages/{message.Seq}/reactions/👍", new { })).EnsureSuccessStatusCode();
        }
        var bootstrap = await ada.Get<Bootstrap>("/bootstrap");
        await using var socket = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        await using var fresh = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        var request = new Dictionary<string, Func<int, Task>>
        {
            ["the newest threads"] = _ => ada.Get<Bootstrap>("/bootstrap?limit=50"),
            ["the list of threads"] = _ => ada.Get<ThreadsPage>("/threads?limit=50"),
            ["a page of messages"] = _ => ada.Get<MessagesPage>($"/threads/{threads[0]}/messages?limit=50"),
            ["what changed in a thread"] = _ => ada.Get<ThreadChanges>($"/threads/{threads[0]}/changes?revision=10"),
            ["changes since a version"] = _ => ada.Get<ChangesFrame>($"/sync?epoch={bootstrap.Epoch}&version={bootstrap.Version - 40}"),
            ["sending a message"] = i => ada.Send(threads[1], $"again {i}"),
            ["moving the read mark"] = i => bob.Patch($"/threads/{threads[0]}", new { read = i + 1 }),
            ["a connection that comes back"] = async _ =>
            {
                await using var back = await SocketClient.ConnectAndGreet(server.Url, ada.Token!, bootstrap.Epoch, bootstrap.Version - 40);
                await back.Expect("changes");
            },
            ["its first ping"] = async _ =>
            {
                // One that names what is not there yet leaves the next one the first.
                await fresh.Say(new { type = "ping", version = 1_000_000 });
                await fresh.Expect("pong");
            },
            ["a ping"] = async _ =>
            {
                await socket.Say(new { type = "ping", version = 0 });
                await socket.Expect("pong");
            },
        }[what];

        // What is done beside it may fall into one time, and what is done once for the process into the first.
        var fewest = Enumerable.Repeat("", 100).ToList();
        for (var i = 0; i < 4; i++)
        {
            var before = watch.Count();
            await request(i);
            var run = watch.Count().SelectMany(after => Enumerable.Repeat(after.Key, after.Value - before.GetValueOrDefault(after.Key))).ToList();
            fewest = run.Count < fewest.Count ? run : fewest;
        }
        Assert.True(fewest.Count == expected, $"{what} runs {fewest.Count} statements, not {expected}:\n{string.Join('\n', fewest)}");
    }
}
