using CsCheck;
using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Server.Sync;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Simulation;

public class SyncSimulation
{
    private const int Users = 4;

    private static readonly Gen<Acts.Act[]> Schedule = Acts.Any(Users).Array[5, 60];

    [Fact]
    public Task S8_A_snapshot_with_the_changes_since_equals_a_fresh_snapshot_after_any_acts() =>
        Schedule.Select(Gen.Int[0, 100]).SampleAsync(async (acts, share) =>
        {
            await using var test = new TestDatabase(nodes: 2);
            var users = await test.AddUsers(Users);
            var middle = acts.Length * share / 100;
            foreach (var act in acts[..middle])
                await Acts.Perform(test.Node(act.Place), users, act);
            var old = await Task.WhenAll(users.Select(user => Replica.Read(test.Database, user)));
            foreach (var act in acts[middle..])
                await Acts.Perform(test.Node(act.Place), users, act);
            for (var i = 0; i < Users; i++)
            {
                await old[i].CatchUp(test.Database);
                Assert.Equal((await Replica.Read(test.Database, users[i])).ToString(), old[i].ToString());
            }
        }, iter: Schedules.Times(50));

    [Fact]
    public Task S10_Pushed_frames_alone_bring_a_replica_to_the_fresh_snapshot_after_every_act() =>
        Schedule.SampleAsync(async acts =>
        {
            await using var test = new TestDatabase(nodes: 2);
            var users = await test.AddUsers(Users);
            var replicas = new Dictionary<long, Replica>();
            foreach (var user in users)
                replicas[user] = await Replica.Read(test.Database, user);
            Exception? failure = null;
            foreach (var node in test.Nodes)
                node.Committed = set => failure ??= Record.Exception(() => Push(set, node.Epoch, replicas));
            foreach (var act in acts)
                await Acts.Perform(test.Node(act.Place), users, act);
            Assert.Null(failure);
            foreach (var user in users)
            {
                var fresh = await Replica.Read(test.Database, user);
                Assert.Equal(fresh.Version, replicas[user].Version);
                await replicas[user].FetchBehind(test.Database);
                Assert.Equal(fresh.ToString(), replicas[user].ToString());
            }
        }, iter: Schedules.Times(50));

    [Fact]
    public Task S6_Changes_from_a_to_b_then_b_to_c_equal_changes_from_a_to_c() =>
        Schedule.SampleAsync(async acts =>
        {
            await using var test = new TestDatabase(nodes: 2);
            var users = await test.AddUsers(Users);
            var stepwise = users.Select(user => new Replica(user)).ToArray();
            var atOnce = users.Select(user => new Replica(user)).ToArray();
            foreach (var act in acts)
            {
                await Acts.Perform(test.Node(act.Place), users, act);
                await stepwise[act.User].CatchUp(test.Database);
            }
            for (var i = 0; i < Users; i++)
            {
                await stepwise[i].CatchUp(test.Database);
                await atOnce[i].CatchUp(test.Database);
                Assert.Equal(atOnce[i].ToString(), stepwise[i].ToString());
            }
        }, iter: Schedules.Times(50));

    [Fact]
    public Task C8_Unread_counts_equal_what_a_count_of_the_messages_gives() =>
        Schedule.SampleAsync(async acts =>
        {
            await using var test = new TestDatabase(nodes: 2);
            var users = await test.AddUsers(Users);
            foreach (var act in acts)
                await Acts.Perform(test.Node(act.Place), users, act);
            foreach (var user in users)
            {
                await Invariants.CheckUnread(test.Database, user);
            }
        }, iter: Schedules.Times(50));

    private static void Push(WorkingSet set, string epoch, Dictionary<long, Replica> replicas)
    {
        var rows = set.AllMembers.Where(member => member.IsStamped).ToLookup(member => member.UserId);
        foreach (var user in set.Users.Where(user => user.Version > user.LoadedVersion))
        {
            var change = ChangesWriter.Write(set, epoch, user, rows[user.UserId])!;
            replicas[user.UserId].Apply(FrameReader.Read(change.Frame, WireJson.Wire.ChangesFrame));
        }
    }
}
