using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

public sealed class DemoTests
{
    [Fact]
    public async Task The_demonstration_shows_a_conversation_of_several_days_and_a_second_start_leaves_it_alone()
    {
        await using var server = await TestServer.Start(configure: options => options with { Demo = true });
        var maya = server.Stranger();
        await maya.SignIn("maya", "maya-has-a-garden");
        var head = Assert.Single((await maya.Get<ThreadsPage>("/threads")).Threads);
        var messages = (await maya.Get<MessagesPage>($"/threads/{head.Id}/messages")).Messages;

        Assert.Equal("Jonas Lindqvist", head.Peer.FullName);
        Assert.InRange(messages.Count, 20, 40);
        Assert.Equal(2, head.Unread);
        Assert.Contains(messages, message => message.Reactions is { Count: > 0 });
        Assert.Contains(messages, message => message.ReplyTo is not null);
        Assert.Contains(messages, message => message.EditedAt is not null);
        Assert.True(messages[0].At.Milliseconds - messages[^1].At.Milliseconds > TimeSpan.FromDays(1).TotalMilliseconds);
        Assert.True(messages[0].At.Milliseconds < DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

        var added = await maya.Send(head.Id, "And this is new");
        await server.Restart();
        Assert.Equal(added.Seq, Assert.Single((await maya.Get<ThreadsPage>("/threads")).Threads).LastSeq);
    }
}
