using Dapper;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Messages;

public sealed class RehearsalTests
{
    [Fact]
    public async Task It_leaves_nothing_behind_but_the_keys_of_page_tokens()
    {
        await using var server = await TestServer.Start();

        var counts = await server.Database.Read(connection => connection.QuerySingleAsync<(long Keys, long Threads, long Messages, long People)>("""
            SELECT (SELECT count(*) FROM data_protection_keys), (SELECT count(*) FROM threads), (SELECT count(*) FROM messages), (SELECT count(*) FROM users)
            """));
        Assert.Equal((1, 0, 0, 0), counts);
    }
}
