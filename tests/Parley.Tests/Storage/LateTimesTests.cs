using Dapper;
using Parley.Server.Storage;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Storage;

/// <summary>Times that are written together, some time later.</summary>
public sealed class LateTimesTests
{
    [Fact]
    public async Task As_many_as_have_gathered_are_written_and_none_goes_back()
    {
        await using var test = new TestDatabase();
        var users = await test.AddUsers(1_100);
        var times = new LateTimes("users", "user_id", "last_active_at");
        for (var i = 0; i < users.Length; i++)
            times.Set(users[i], 1_700_000_000_000 + i);
        await times.Write(test.Database);
        Assert.Null(times.Find(users[0]));

        times.Set(users[0], 1);
        times.Set(users[1], 1_800_000_000_000);
        Assert.Equal(1, times.Find(users[0]));
        await times.Write(test.Database);

        var stored = (await test.Database.Read(connection => connection.QueryAsync<(long Id, long At)>("SELECT user_id, last_active_at FROM users")))
            .ToDictionary(row => row.Id, row => row.At);
        Assert.Equal(
            users.Select((_, i) => i == 1 ? 1_800_000_000_000 : 1_700_000_000_000 + i),
            users.Select(user => stored[user]));
    }

    [Fact]
    public async Task Two_nodes_that_write_the_same_rows_at_once_both_do()
    {
        await using var test = new TestDatabase(nodes: 2);
        var users = await test.AddUsers(400);
        for (var round = 1; round <= 20; round++)
        {
            await Task.WhenAll(test.Nodes.Select((node, i) => Write(node, round * 2 + i, i == 0 ? users : users.Reverse())));
            Assert.Equal(1, await test.Database.Read(connection => connection.QuerySingleAsync<long>("SELECT count(DISTINCT last_active_at) FROM users")));
        }

        static async Task Write(Database node, long time, IEnumerable<long> users)
        {
            var times = new LateTimes("users", "user_id", "last_active_at");
            foreach (var user in users)
                times.Set(user, time);
            await times.Write(node);
            Assert.Null(times.Find(users.First()));
        }
    }
}
