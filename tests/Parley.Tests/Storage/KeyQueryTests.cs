using Dapper;
using Npgsql;
using Parley.Server.Storage;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Storage;

/// <summary>Questions by key that many ask at once: each gets its own answer, on PostgreSQL out of one that was given to all.</summary>
public sealed class KeyQueryTests
{
    private const int Users = 600;

    private static readonly KeyQuery<long, string> Names = new("u.user_id", "u.username", "users u", columns => columns.Text());

    [Fact]
    public async Task However_many_ask_at_once_each_gets_the_rows_of_its_key()
    {
        await using var test = new TestDatabase();
        var users = await test.AddUsers(Users);
        var names = (await test.Database.Read(connection => connection.QueryAsync<(long Id, string Name)>("SELECT user_id, username FROM users")))
            .ToDictionary(row => row.Id, row => row.Name);
        // Some twice, and some that are not there.
        List<long> keys = [.. users, .. users.Take(100), 1, 2, 3];

        var found = await Task.WhenAll(keys.Select((key, i) => i % 2 == 0
            ? test.Database.Find(Names, key)
            : test.Database.FindLater(Names, key, CancellationToken.None)));

        Assert.All(keys.Zip(found), answer =>
            Assert.Equal(names.TryGetValue(answer.First, out var name) ? [name] : [], answer.Second));
    }

    [PostgresFact]
    public async Task Those_who_ask_while_a_statement_is_under_way_are_asked_for_in_one()
    {
        await using var test = new TestDatabase();
        var users = await test.AddUsers(Users);
        // It takes so long that all of them come meanwhile, and tells with each answer when it was asked.
        var statements = new KeyQuery<long, string>(
            "u.user_id", "s.at::text", "users u, (SELECT statement_timestamp() AS at, pg_sleep(1)) s", columns => columns.Text());

        var found = await Task.WhenAll(users.Select(user => test.Database.Find(statements, user)));

        // The first two alone, the others by five hundred.
        Assert.Equal(4, found.Select(rows => rows.Single()).Distinct().Count());
    }

    [PostgresFact]
    public async Task A_statement_that_fails_is_a_failure_of_all_that_it_was_for_and_of_no_other()
    {
        await using var test = new TestDatabase();
        var users = await test.AddUsers(10);
        var broken = new KeyQuery<long, long>("u.user_id", "1 / (SELECT count(*) FROM meta WHERE name = 'mended')", "users u", columns => columns.Long());

        foreach (var user in users)
            await Assert.ThrowsAsync<PostgresException>(() => test.Database.Find(broken, user));
        await test.Database.Write(connection => connection.ExecuteAsync("INSERT INTO meta (name, value) VALUES ('mended', '')"));

        Assert.All(await Task.WhenAll(users.Select(user => test.Database.Find(broken, user))), rows => Assert.Equal([1], rows));
    }

    [PostgresFact]
    public async Task What_nobody_wants_any_more_is_not_asked()
    {
        await using var test = new TestDatabase();
        var user = (await test.AddUsers(1))[0];
        var patient = new KeyQuery<long, string>("u.user_id", "u.username", "users u", columns => columns.Text()) { Pause = TimeSpan.FromMilliseconds(200) };
        using var stop = new CancellationTokenSource();
        var unwanted = test.Database.FindLater(patient, user, stop.Token);
        var wanted = test.Database.FindLater(patient, user, CancellationToken.None);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => unwanted);
        Assert.Single(await wanted);
    }
}
