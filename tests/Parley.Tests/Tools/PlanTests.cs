using Parley.Client;
using Parley.Replay;
using Xunit;

namespace Parley.Tests.Tools;

public sealed class PlanTests
{
    private readonly Plan _plan = new();

    [Fact]
    public void Both_directions_are_one_conversation_in_the_order_of_the_file()
    {
        Add("ada", "bob", "1");
        Add("bob", "ada", "2");
        Add("ada", "bob", "3");
        var conversation = Assert.Single(_plan.Conversations);
        Assert.Equal(["ada 1", "bob 2", "ada 3"], conversation.Messages.Select(message => $"{message.From} {message.Text}"));
    }

    [Fact]
    public void Messages_to_nobody_go_to_one_person_for_each_sender()
    {
        Add("ada", "", "1");
        Add("bob", "", "2");
        Add("ada", "", "3");
        Assert.Equal([2, 1], _plan.Conversations.Select(conversation => conversation.Messages.Count));
        Assert.Equal(4, _plan.People.Count);
    }

    [Theory]
    [InlineData("ada", "ada", "hello")]
    [InlineData("ada", "bob", "")]
    [InlineData("ada", "bob", "nul \0")]
    [InlineData("", "bob", "hello")]
    public void What_the_contract_does_not_let_through_is_counted_with_a_reason(string from, string to, string text)
    {
        Add(from, to, text);
        Assert.Empty(_plan.Conversations);
        Assert.Equal(1, Assert.Single(_plan.Unsendable).Value);
    }

    [Fact]
    public void Ten_thousand_characters_are_sendable_and_one_more_is_not()
    {
        Add("ada", "bob", string.Concat(Enumerable.Repeat("😀", 10_000)));
        Add("ada", "bob", new string('a', 10_001));
        Assert.Single(Assert.Single(_plan.Conversations).Messages);
        Assert.Equal(1, Assert.Single(_plan.Unsendable).Value);
    }

    private void Add(string from, string to, string text) => _plan.Add(new RecordedLine(from, to, text));
}
