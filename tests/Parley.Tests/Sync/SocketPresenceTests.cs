using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Sync;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Sync;

/// <summary>A socket while it is being found out who is online, which in a cluster takes up to a second for someone who is not found.</summary>
public sealed class SocketPresenceTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Answers_and_changes_do_not_wait_for_presence()
    {
        var (web, _, reader, ada, thread) = await Watch();
        web.Say("""{"type":"ping","version":0}""");
        await ada.Send(thread, "meanwhile");
        await Eventually.Holds(() => web.Text.Contains("\"pong\"", StringComparison.Ordinal) && web.Text.Contains("meanwhile", StringComparison.Ordinal), "both are said");
        Assert.DoesNotContain("\"presence\"", web.Text, StringComparison.Ordinal);

        reader.Answer(isOnline: true);

        await Eventually.Holds(() => web.Text.Contains("\"online\":true", StringComparison.Ordinal), "presence is said when it is known");
    }

    [Fact]
    public async Task Whoever_changes_while_presence_is_read_is_read_once_more_after_it()
    {
        var (web, socket, reader, ada, _) = await Watch();
        for (var i = 0; i < 10; i++)
            socket.OnPresence(ada.Id.Value);
        Assert.Equal(1, reader.Count);

        reader.Answer(isOnline: true);
        await Eventually.Holds(() => reader.Count == 2, "it is read again");
        reader.Answer(isOnline: false);

        await Eventually.Holds(() => web.Text.Contains("\"online\":false", StringComparison.Ordinal), "the later state is said");
        Assert.Equal(2, web.Text.Split("\"presence\"").Length - 1);
        Assert.Equal(2, reader.Count);
    }

    /// <summary>Someone's socket that watches another person; the reading of whose presence has begun.</summary>
    private async Task<(HeldWebSocket Web, Socket Socket, HeldPresence Reader, ParleyApi Watched, Id Thread)> Watch()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);
        var (reader, web) = (new HeldPresence(), new HeldWebSocket());
        var own = server.Services.GetRequiredService<SyncServices>();
        var services = new SyncServices(
            own.Database, own.Fanout, own.Delivery, reader, own.Clock, own.Commands.Values, server.Options, NullLogger<Socket>.Instance);
        var session = (await bob.Get<SessionsAnswer>("/sessions")).Sessions.Single().Id;
        var socket = new Socket(web, new Caller(bob.Id, session), services);
        _ = socket.Run();
        web.LetRead(100);
        web.Say("""{"type":"hello"}""");
        web.Say($$"""{"type":"watch","users":["{{ada.Id}}"]}""");
        await Eventually.Holds(() => reader.Count == 1, "the reading has begun");
        return (web, socket, reader, ada, thread);
    }

    private sealed class HeldPresence : IPresenceReader
    {
        private TaskCompletionSource<bool> _isOnline = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public async Task<IReadOnlyList<UserPresence>> Read(IReadOnlyCollection<long> userIds)
        {
            Interlocked.Increment(ref _count);
            var isOnline = await _isOnline.Task;
            return [.. userIds.Select(userId => new UserPresence(new Id(userId), isOnline, null))];
        }

        public void Answer(bool isOnline)
        {
            var answered = _isOnline;
            _isOnline = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            answered.SetResult(isOnline);
        }
    }
}
