using Parley.Replay;
using Xunit;

namespace Parley.Tests.Tools;

public sealed class ComparisonTests
{
    private readonly List<Planned> _sent = [.. Enumerable.Range(1, 5).Select(i => new Planned(i % 2 == 0 ? "bob" : "ada", $"message {i}") { Seq = i })];

    [Fact]
    public void What_arrives_as_it_was_sent_is_perfect()
    {
        var verdict = Comparison.Compare(_sent, Arrive());
        Assert.Equal(new Verdict(5, 5, 0, 0, 0, 0, 0), verdict);
        Assert.True(verdict.IsPerfect);
    }

    [Fact]
    public void A_lost_message_is_reported()
    {
        var arrived = Arrive();
        arrived.RemoveAt(2);
        AssertOff(new Verdict(5, 4, 1, 0, 0, 0, 0), arrived);
    }

    [Fact]
    public void The_last_message_lost_is_reported()
    {
        var arrived = Arrive();
        arrived.RemoveAt(4);
        AssertOff(new Verdict(5, 4, 1, 0, 0, 0, 0), arrived);
    }

    [Fact]
    public void A_doubled_message_is_reported()
    {
        var arrived = Arrive();
        arrived.Add(arrived[4] with { Seq = 6 });
        AssertOff(new Verdict(5, 6, 0, 1, 0, 0, 0), arrived);
    }

    [Fact]
    public void One_lost_and_one_doubled_do_not_cancel_out()
    {
        var arrived = Arrive();
        arrived[3] = arrived[2];
        AssertOff(new Verdict(5, 5, 1, 1, 0, 0, 0), arrived);
    }

    [Fact]
    public void Swapped_messages_are_reported()
    {
        var arrived = Arrive();
        (arrived[1], arrived[2]) = (arrived[2], arrived[1]);
        AssertOff(new Verdict(5, 5, 0, 0, 1, 0, 0), arrived);
    }

    [Fact]
    public void A_number_that_is_not_the_acknowledged_one_is_out_of_order()
    {
        var arrived = Arrive();
        arrived[4] = arrived[4] with { Seq = 6 };
        AssertOff(new Verdict(5, 5, 0, 0, 1, 0, 0), arrived);
    }

    [Theory]
    [InlineData("ada", "message 3 ")]
    [InlineData("bob", "message 3")]
    public void A_message_with_another_text_or_sender_is_reported(string from, string text)
    {
        var arrived = Arrive();
        arrived[2] = arrived[2] with { From = from, Text = text };
        AssertOff(new Verdict(5, 5, 0, 0, 0, 1, 0), arrived);
    }

    [Fact]
    public void A_message_that_nobody_sent_is_reported()
    {
        var arrived = Arrive();
        arrived.Add(new Arrived(6, "somebody else's", "ada", "message 1"));
        AssertOff(new Verdict(5, 6, 0, 0, 0, 0, 1), arrived);
    }

    private List<Arrived> Arrive() => [.. _sent.Select(message => new Arrived(message.Seq!.Value, message.Cid, message.From, message.Text))];

    private void AssertOff(Verdict expected, List<Arrived> arrived)
    {
        var verdict = Comparison.Compare(_sent, arrived);
        Assert.Equal(expected, verdict);
        Assert.False(verdict.IsPerfect);
    }
}
