using Dapper;
using Npgsql;
using Parley.Server.Storage;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Storage;

/// <summary>The connections of a node, and what it asks for on them.</summary>
public sealed class PostgresConnectionTests
{
    [PostgresFact]
    public async Task S12_What_is_set_for_the_database_while_the_server_runs_weakens_no_commit()
    {
        await using var test = new TestDatabase();
        var users = await test.AddUsers(2);
        var thread = await test.Database.StartThread(users[0], users[1]);
        var name = TestEngine.NameOf(test.ConnectionString);
        TestEngine.Administrate("""
            CREATE TABLE seen (setting text);
            CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$;
            CREATE TRIGGER see AFTER INSERT ON messages FOR EACH ROW EXECUTE FUNCTION see();
            """, test.ConnectionString);
        try
        {
            TestEngine.Administrate($"ALTER DATABASE {name} SET synchronous_commit = off");
            TestEngine.Administrate($"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'");
            await test.Database.Send(users[0], thread, "hello");
            var settings = await test.Database.Write(async connection => (
                await connection.QuerySingleAsync<string>("SELECT setting FROM seen"), await connection.QuerySingleAsync<string>("SHOW synchronous_commit")));
            Assert.Equal(("on", "on"), settings);
        }
        finally
        {
            TestEngine.Administrate($"ALTER DATABASE {name} RESET synchronous_commit");
            TestEngine.Administrate("DROP FUNCTION see CASCADE; DROP TABLE seen", test.ConnectionString);
        }
    }

    [PostgresFact]
    public async Task A_node_takes_no_more_connections_than_it_says_and_for_reading_no_more_than_it_is_told()
    {
        await using var test = new TestDatabase();
        Assert.InRange(await CountWhileMany(test.Database), 20, 30);

        var told = new NpgsqlConnectionStringBuilder(test.ConnectionString) { MaxPoolSize = 3 }.ConnectionString;
        await using var other = TestEngine.Open(told, TimeProvider.System);
        await test.Reopen();
        Assert.InRange(await CountWhileMany(other), 3, 13);

        static async Task<long> CountWhileMany(Database database)
        {
            var counts = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => database.Read(async connection =>
            {
                await connection.ExecuteAsync("SELECT pg_sleep(0.01)");
                return await connection.QuerySingleAsync<long>(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'parley %'");
            })));
            return counts.Max();
        }
    }

    [PostgresFact]
    public async Task A_crowd_that_waits_for_a_connection_is_not_taken_for_a_database_that_does_not_answer()
    {
        await using var test = new TestDatabase();
        await using var narrow = TestEngine.Open(
            new NpgsqlConnectionStringBuilder(test.ConnectionString) { MaxPoolSize = 2 }.ConnectionString, TimeProvider.System);

        // Some wait for seven seconds, longer than for a connection that cannot be made.
        var answers = await Task.WhenAll(Enumerable.Range(0, 140).Select(i =>
            narrow.ReadAtOnce(connection => connection.QuerySingleAsync<int>("SELECT @i FROM pg_sleep(0.1)", new { i }))));

        Assert.Equal(Enumerable.Range(0, 140), answers);
    }
}
