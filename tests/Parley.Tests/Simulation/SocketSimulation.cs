using CsCheck;
using Dapper;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Simulation;

/// <summary>Devices at real sockets, over a network that moves only when told and announcements that may go astray.</summary>
public class SocketSimulation
{
    private const int Users = 3;

    private static readonly Gen<Acts.Act[]> Schedule = Acts.Any(Users).Array[5, 40];

    [Fact]
    public Task S10_S14_Whatever_becomes_of_announcements_one_ping_brings_everyone_to_what_is_there() =>
        Schedule.Select(Gen.Int).SampleAsync(async (acts, seed) =>
        {
            await using var world = new SocketWorld(seed) { IsUnreliable = true };
            var users = await world.Test.AddUsers(Users);
            var devices = new List<Device>();
            foreach (var user in users)
            {
                devices.Add(await world.Connect(user));
                devices[^1].Greet();
                await devices[^1].Reach(0);
            }
            foreach (var act in acts)
            {
                await Acts.Perform(world.Test.Node(act.Place), users, act);
                if (world.Happens(5))
                    devices[act.User].Ping();
            }
            for (var i = 0; i < Users; i++)
            {
                devices[i].Ping();
                await CheckEnd(world, users[i], devices[i]);
                await devices[i].Cut();
            }
        }, iter: Schedules.Times(15));

    [Fact]
    public Task S5_S7_S9_S11_Devices_that_come_go_stall_and_return_end_with_what_is_there_and_need_no_ping() =>
        Schedule.Select(Gen.Int).SampleAsync(async (acts, seed) =>
        {
            await using var world = new SocketWorld(seed);
            var users = await world.Test.AddUsers(Users);
            var replicas = new Replica?[Users];
            var devices = new Device?[Users];
            foreach (var act in acts)
            {
                var i = act.User;
                if (devices[i] is not { } device)
                {
                    device = devices[i] = await world.Connect(users[i], replicas[i]);
                    // While a hello, a reset or a difference is being answered, the next change is committed already.
                    device.OnFrame = _ => world.Happens(25) ? Acts.Perform(world.Test.Node(act.Place), users, act) : Task.CompletedTask;
                    device.Greet(world.Happens(10) ? "another life" : null);
                }
                else if (world.Happens(15))
                {
                    await device.Cut();
                    (replicas[i], devices[i]) = (device.Replica, null);
                    if (world.Happens(20))
                    {
                        await world.Database.Write(c => c.ExecuteAsync(
                            "UPDATE user_versions SET floor = version WHERE user_id = @user", new { user = users[i] }));
                    }
                }
                else if (world.Happens(20))
                {
                    device.Stall();
                }
                else if (world.Happens(50))
                {
                    device.Flow();
                }
                await Acts.Perform(world.Test.Node(act.Place), users, act);
            }
            for (var i = 0; i < Users; i++)
            {
                if (devices[i] is not { } device)
                {
                    device = devices[i] = await world.Connect(users[i], replicas[i]);
                    device.Greet();
                }
                device.OnFrame = static _ => Task.CompletedTask;
                device.Flow();
            }
            for (var i = 0; i < Users; i++)
            {
                await CheckEnd(world, users[i], devices[i]!);
                await devices[i]!.Cut();
            }
        }, iter: Schedules.Times(15));

    [Fact]
    public async Task S9_What_is_committed_while_a_hello_is_answered_is_pushed_after_it()
    {
        await using var world = new SocketWorld(0);
        var (ada, bob) = (await world.Test.AddUser("ada"), await world.Test.AddUser("bob"));
        var thread = await world.Database.StartThread(ada, bob);
        foreach (var replica in new[] { null, await Replica.Read(world.Database, bob) })
        {
            var device = await world.Connect(bob, replica);
            device.OnFrame = type => type == "welcome" ? world.Database.Send(ada, thread, "just now") : Task.CompletedTask;
            device.Greet();
            await device.Reach(0);
            await CheckEnd(world, bob, device, atLeast: (replica?.Version ?? 1) + 1);
            await device.Cut();
        }
    }

    [Fact]
    public async Task S9_What_is_committed_right_after_the_bootstrap_that_follows_a_reset_is_pushed()
    {
        await using var world = new SocketWorld(0);
        var (ada, bob) = (await world.Test.AddUser("ada"), await world.Test.AddUser("bob"));
        var thread = await world.Database.StartThread(ada, bob);
        var device = await world.Connect(bob, await Replica.Read(world.Database, bob));
        device.OnFrame = type => type == "reset" ? world.Database.Send(ada, thread, "just now") : Task.CompletedTask;
        device.Greet("another life");
        await CheckEnd(world, bob, device, atLeast: 2);
        Assert.Equal(["epoch"], device.Resets);
        await device.Cut();
    }

    [Fact]
    public async Task S10_An_announcement_that_comes_late_hides_no_newer_one()
    {
        await using var world = new SocketWorld(0);
        var (ada, bob) = (await world.Test.AddUser("ada"), await world.Test.AddUser("bob"));
        var thread = await world.Database.StartThread(ada, bob);
        var device = await world.Connect(bob);
        device.Greet();
        await device.Reach(1);
        device.Stall();
        await world.Database.Send(ada, thread, "on its way");
        var late = world.Last;
        await world.Database.Send(ada, thread, "behind it");
        world.IsDeaf = true;
        await world.Database.Send(ada, thread, "its announcement is lost");
        world.IsDeaf = false;
        await world.Database.Send(ada, thread, "newest");
        world.Announce(late);
        device.Flow();
        await CheckEnd(world, bob, device, atLeast: 5);
        await device.Cut();
    }

    [Fact]
    public async Task S11_A_socket_that_was_slow_gets_the_compacted_difference_and_not_what_piled_up()
    {
        await using var world = new SocketWorld(0);
        var (ada, bob) = (await world.Test.AddUser("ada"), await world.Test.AddUser("bob"));
        var thread = await world.Database.StartThread(ada, bob);
        var device = await world.Connect(bob);
        device.Greet();
        await device.Reach(1);
        device.Stall();
        // More than the channel remembers.
        for (var i = 0; i < 80; i++)
            await world.Database.Send(ada, thread, $"text {i}");
        device.Flow();
        await CheckEnd(world, bob, device, atLeast: 81);
        // The one that was on its way, and the rest in one.
        Assert.InRange(device.ChangesFrames, 1, 2);
        await device.Cut();
    }

    private static async Task CheckEnd(SocketWorld world, long user, Device device, long atLeast = 0)
    {
        if (atLeast > 0)
            await device.Reach(atLeast);
        string expected, actual;
        long version;
        do
        {
            version = await world.Database.ReadVersion(user);
            await device.Reach(version);
            (actual, expected) = (await device.Describe(), (await Replica.Read(world.Database, user)).ToString());
        }
        // What a device does on a frame that it has just been given may be committed meanwhile.
        while (await world.Database.ReadVersion(user) != version);
        Assert.Equal(expected, actual);
    }
}
