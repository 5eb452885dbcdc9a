using System.Net;
using CsCheck;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Simulation;

/// <summary>
/// After every act, those who must not see something look for it by every way there is. Each text holds a word of its own, so that
/// it is found in whatever the server says.
/// </summary>
public sealed class AccessSimulation(TestServer server) : IClassFixture<TestServer>
{
    private static readonly Gen<string[]> Schedule = Gen.Frequency(
        (4, Gen.Const("ada sends")), (3, Gen.Const("bob sends")), (2, Gen.Const("ada edits")), (1, Gen.Const("ada deletes")),
        (2, Gen.Const("ada reacts")), (4, Gen.Const("bob leaves")), (1, Gen.Const("bob returns")), (1, Gen.Const("bob changes his password")))
        .Array[3, 8];

    [Fact]
    public Task S4_S13_Strangers_those_who_left_and_ended_sessions_read_nothing_by_any_route_after_any_act() =>
        Schedule.SampleAsync(async acts =>
        {
            var scene = await Scene.Begin(server);
            await using (scene)
            {
                foreach (var act in acts)
                {
                    await scene.Perform(act);
                    await scene.Check();
                }
            }
        }, iter: Schedules.Times(4), threads: 2);

    /// <summary>Ada and Bob talk; Eve talks with Ada and wants to know what Bob hears.</summary>
    private sealed class Scene(TestServer server, ParleyApi ada, ParleyApi bob, ParleyApi ended, ParleyApi eve, Id thread) : IAsyncDisposable
    {
        // What was said under each seq, in every wording that it has had.
        private readonly SortedDictionary<long, List<string>> _words = [];
        private ParleyApi _ended = ended;
        private SocketClient? _endedSocket;
        private long _cleared;
        private bool _isGone;
        private int _count;

        public static async Task<Scene> Begin(TestServer server)
        {
            var (ada, bob, eve) = (await server.SignUp(), await server.SignUp(), await server.SignUp());
            var thread = await ada.StartThread(bob);
            await eve.StartThread(ada);
            var ended = server.Stranger();
            await ended.SignIn(bob.Me.Username);
            var scene = new Scene(server, ada, bob, ended, eve, thread)
            {
                _endedSocket = await SocketClient.ConnectAndGreet(server.Url, ended.Token!),
            };
            using var signedOut = await ended.Delete("/sessions/current");
            Assert.Equal(4401, await scene._endedSocket.ExpectClose());
            return scene;
        }

        public async Task Perform(string act)
        {
            var newest = _words.Keys.LastOrDefault(seq => _words[seq].Count > 0);
            switch (act)
            {
                case "ada sends":
                    await Say(ada);
                    break;
                case "bob sends":
                    await Say(bob);
                    break;
                case "ada edits":
                    var word = NewWord();
                    using (var edited = await ada.Patch($"/threads/{thread}/messages/{newest}", new EditRequest(word)))
                    {
                        if (edited.IsSuccessStatusCode)
                            _words[newest].Add(word);
                    }
                    break;
                case "ada deletes":
                    using (await ada.Delete($"/threads/{thread}/messages/{newest}"))
                        break;
                case "ada reacts":
                    using (await ada.Call(HttpMethod.Put, $"/threads/{thread}/messages/{newest}/reactions/{Uri.EscapeDataString("👍")}"))
                        break;
                case "bob leaves":
                    using (await bob.Delete($"/threads/{thread}"))
                        (_isGone, _cleared) = (true, _words.Keys.LastOrDefault(_cleared));
                    break;
                case "bob returns":
                    await bob.StartThread(ada);
                    _isGone = false;
                    break;
                case "bob changes his password":
                    var other = server.Stranger();
                    await other.SignIn(bob.Me.Username);
                    _ended = other;
                    using (var changed = await bob.Put("/me/password", new ChangePasswordRequest(ParleyApi.GoodPassword, ParleyApi.GoodPassword)))
                        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync());
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(act), act, null);
            }
        }

        public async Task Check()
        {
            var all = _words.Values.SelectMany(words => words).ToList();
            CheckUnheard(await ReadEverything(eve), all);
            Assert.All(await Statuses(eve), status => Assert.Equal(HttpStatusCode.NotFound, status));
            Assert.All(await Statuses(_ended), status => Assert.Equal(HttpStatusCode.Unauthorized, status));
            CheckUnheard(await ReadOverHttp(_ended), all);
            Assert.Empty(await _endedSocket!.Gather("changes", TimeSpan.Zero));

            var bobs = await ReadEverything(bob);
            CheckUnheard(bobs, [.. _words.Where(said => said.Key <= _cleared).SelectMany(said => said.Value)]);
            if (_isGone)
                Assert.All(await Statuses(bob), status => Assert.Equal(HttpStatusCode.NotFound, status));
            // And so that nobody is tested for not hearing what nobody could: what is there for Bob, he finds.
            foreach (var message in (await ada.Get<MessagesPage>($"/threads/{thread}/messages?limit=200")).Messages)
            {
                if (message.Seq > _cleared && message.Text.Length > 0)
                    Assert.Contains(message.Text, bobs, StringComparison.Ordinal);
            }
        }

        public async ValueTask DisposeAsync() => await _endedSocket!.DisposeAsync();

        private static void CheckUnheard(string answers, List<string> words) =>
            Assert.All(words, word => Assert.DoesNotContain(word, answers, StringComparison.Ordinal));

        private string NewWord() => $"word-{thread}-{++_count}.";

        private async Task Say(ParleyApi who)
        {
            var word = NewWord();
            var message = await who.Send(thread, word);
            _words[message.Seq] = [word];
            _isGone = false;
        }

        private async Task<string> ReadEverything(ParleyApi who) => await ReadOverHttp(who) + await ReadOverSocket(who);

        private async Task<string> ReadOverHttp(ParleyApi who)
        {
            var epoch = (await ada.Get<Bootstrap>("/bootstrap")).Epoch;
            var answers = new StringWriter();
            foreach (var path in new[]
            {
                "/bootstrap", "/threads", $"/sync?epoch={epoch}&version=0", $"/sync?epoch={epoch}&version=0&wait=1", $"/threads/{thread}",
                $"/threads/{thread}/users", $"/threads/{thread}/messages", $"/threads/{thread}/messages?around=1",
                $"/threads/{thread}/changes?revision=0", $"/threads/{thread}/changes?revision=99999",
            })
            {
                using var response = await who.Get(path);
                answers.WriteLine(await response.Content.ReadAsStringAsync());
            }
            return answers.ToString();
        }

        // A hello that claims to have the thread's window, and asks for everything since the beginning.
        private async Task<string> ReadOverSocket(ParleyApi who)
        {
            var bootstrap = await who.Get<Bootstrap>("/bootstrap");
            await using var socket = await SocketClient.ConnectAndGreet(
                server.Url, who.Token!, bootstrap.Epoch, 0, new Dictionary<string, long> { [thread.ToString()] = 0 });
            var changes = await socket.Expect("changes");
            if (!_isGone && who != eve)
                return changes.ToJsonString();
            foreach (var frame in new object[] { new { type = "typing", thread }, new { type = "read", thread, seq = 1 } })
            {
                await socket.Say(frame);
                Assert.Equal(ErrorCode.NotFound, (string?)(await socket.Expect("nack"))["code"]);
            }
            return changes.ToJsonString();
        }

        /// <summary>What every route that reads or changes the thread answers, but those that bring it back.</summary>
        private async Task<List<HttpStatusCode>> Statuses(ParleyApi who)
        {
            var statuses = new List<HttpStatusCode>();
            var emoji = Uri.EscapeDataString("👍");
            (HttpMethod Method, string Path, object? Body)[] calls =
            [
                (HttpMethod.Get, "", null), (HttpMethod.Get, "/users", null), (HttpMethod.Get, "/messages", null),
                (HttpMethod.Get, "/changes?revision=0", null), (HttpMethod.Patch, "", new UpdateThreadRequest(1)),
                (HttpMethod.Patch, "/messages/1", new EditRequest("mine now")), (HttpMethod.Delete, "/messages/1", null),
                (HttpMethod.Put, $"/messages/1/reactions/{emoji}", null), (HttpMethod.Delete, $"/messages/1/reactions/{emoji}", null),
                (HttpMethod.Delete, "", null),
            ];
            foreach (var (method, path, body) in calls)
            {
                using var response = await who.Call(method, $"/threads/{thread}{path}", body is null ? null : ParleyApi.Json(body));
                statuses.Add(response.StatusCode);
            }
            return statuses;
        }
    }
}
