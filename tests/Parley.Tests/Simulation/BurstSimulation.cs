using System.Collections.Concurrent;
using CsCheck;
using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Server.Sync;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Simulation;

/// <summary>
/// Several people act at once, so that their acts meet in batches, refused and breaking ones among them, while the clock jumps to
/// and fro. After each burst every way to follow must have led to what is there.
/// </summary>
public class BurstSimulation
{
    private const int Users = 5;

    private static readonly TimeSpan[] Jumps =
        [TimeSpan.Zero, TimeSpan.FromHours(1), TimeSpan.FromHours(-1), TimeSpan.FromDays(1), TimeSpan.FromDays(-1)];

    private static readonly Gen<Burst> Any = Gen.Select(Acts.Any(Users).Array[1, 16], Gen.Int[0, Jumps.Length - 1], Gen.Int[1, 4], Gen.Int[0, 9],
        (acts, jump, page, dice) => new Burst(acts, Jumps[jump], page, dice == 0));

    private sealed record Burst(Acts.Act[] Together, TimeSpan Jump, int PageSize, bool IsAfterRestart)
    {
        public override string ToString() => $"{(IsAfterRestart ? "restart, " : "")}{Jump}, pages of {PageSize}: {string.Join(" ", Together.Select(act => act.ToString()))}";
    }

    [Fact]
    public Task S1_S3_S6_S8_S12_Whoever_follows_bursts_of_acts_by_any_way_has_what_is_there() =>
        Any.Array[1, 8].Select(Gen.Int[0, 7]).SampleAsync(async (bursts, leaves) =>
        {
            var clock = new CalendarClock();
            await using var test = new TestDatabase(clock, nodes: 2);
            var users = await test.AddUsers(Users);
            var answers = new Answers();
            var followers = new Dictionary<long, Followers>();
            foreach (var user in users)
                followers[user] = await Followers.Read(test.Database, user);
            Follow(test, followers);
            var lastSeqs = new Dictionary<Id, long>();
            for (var i = 0; i < bursts.Length; i++)
            {
                clock.Advance(bursts[i].Jump);
                if (bursts[i].IsAfterRestart)
                {
                    await test.Reopen();
                    Follow(test, followers);
                }
                if (i == leaves % bursts.Length)
                {
                    foreach (var user in users)
                        followers[user].Away = await Replica.Read(test.Database, user);
                }
                await Task.WhenAll(bursts[i].Together.Select(act => Acts.Perform(test.Node(act.Place), users, act, answers)));
                await Invariants.CheckNumbers(test.Database);
                foreach (var user in users)
                {
                    await Invariants.CheckUnread(test.Database, user);
                    await followers[user].Check(test, bursts[i].PageSize);
                }
            }
            foreach (var user in users)
                await followers[user].CheckAway(test.Database);
        }, iter: Schedules.Times(40));

    [Fact]
    public async Task S1_No_order_depends_on_the_clock()
    {
        var clock = new CalendarClock();
        await using var test = new TestDatabase(clock);
        var users = await test.AddUsers(4);
        var threads = new List<long>();
        foreach (var other in users[1..])
            threads.Add(await test.Database.StartThread(users[0], other));
        var sent = new List<long>();
        for (var i = 0; i < 12; i++)
        {
            clock.Advance(Jumps[i * 7 % Jumps.Length]);
            var thread = threads[i * 5 % threads.Count];
            sent.Add(thread);
            await test.Database.Send(users[i % 2 == 0 ? 0 : threads.IndexOf(thread) + 1], thread, $"text {i}");
            var list = await test.Database.Read(c => HeadReader.ReadPage(c, users[0], (long.MaxValue, long.MaxValue), 10));
            Assert.Equal(Enumerable.Reverse(sent).Distinct(), list.Select(head => head.Id.Value).Where(sent.Contains));
        }
        foreach (var thread in threads)
        {
            var texts = (await test.Database.Read(c => MessageReader.ReadFrom(c, thread, 1, 100))).Select(message => message.Text);
            Assert.Equal(Enumerable.Range(0, 12).Where(i => sent[i] == thread).Select(i => $"text {i}"), texts);
        }
    }

    private static void Follow(TestDatabase test, Dictionary<long, Followers> followers)
    {
        foreach (var node in test.Nodes)
        {
            node.Committed = set =>
            {
                var rows = set.AllMembers.Where(member => member.IsStamped).ToLookup(member => member.UserId);
                foreach (var user in set.Users.Where(user => user.Version > user.LoadedVersion))
                    followers[user.UserId].Push(ChangesWriter.Write(set, node.Epoch, user, rows[user.UserId]).Frame!);
            };
        }
    }

    /// <summary>One user's devices: one that is pushed each commit, one that asks now and then, and one that was away.</summary>
    private sealed class Followers(long user, Replica pushed, Replica polling)
    {
        private readonly ConcurrentQueue<ChangesFrame> _pushes = new();

        public Replica? Away { get; set; }

        public static async Task<Followers> Read(Database database, long user) =>
            new(user, await Replica.Read(database, user), await Replica.Read(database, user));

        /// <summary>Called by the writers, which must not be thrown at.</summary>
        public void Push(byte[] frame) => _pushes.Enqueue(FrameReader.Read(frame, WireJson.Wire.ChangesFrame));

        public async Task Check(TestDatabase test, int pageSize)
        {
            // One node pushes in the order of its commits; those of two may cross on their way, and none is missing.
            foreach (var changes in test.Nodes.Length > 1 ? _pushes.OrderBy(changes => changes.From) : _pushes.AsEnumerable())
            {
                Assert.Equal(pushed.Version, changes.From);
                pushed.Apply(changes);
            }
            _pushes.Clear();
            var fresh = await Replica.Read(test.Database, user);
            await polling.CatchUp(test.Database, pageSize, pageSize);
            Assert.Equal(fresh.ToString(), polling.ToString());
            // Where a window did not get its messages with the frame, the thread is behind until it is fetched (C2).
            await pushed.FetchBehind(test.Database);
            Assert.Equal((fresh.Version, fresh.ToString()), (pushed.Version, pushed.ToString()));
        }

        public async Task CheckAway(Database database)
        {
            if (Away is null)
                return;
            await Away.CatchUp(database, 1, 2);
            Assert.Equal((polling.Version, polling.ToString()), (Away.Version, Away.ToString()));
        }
    }
}
