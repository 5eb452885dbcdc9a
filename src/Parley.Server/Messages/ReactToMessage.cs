using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Messages;

/// <summary>Puts an emoji of the caller under a message, or takes it away.</summary>
internal sealed class ReactToMessage(long userId, long threadId, long seq, string emoji, bool isOn) : MessageCommand(userId, threadId, seq)
{
    private const int OfOnePersonMax = 20;

    protected override bool TryChange(WorkingSet set, MessageRow message)
    {
        var reaction = new ReactionRow(UserId, emoji);
        if (message.Reactions.Contains(reaction) == isOn)
            return false;
        if (message.Deleted)
            throw Refusal.Invalid("emoji", "A deleted message has no reactions.");
        if (isOn && message.Reactions.Count(other => other.UserId == UserId) >= OfOnePersonMax)
            throw Refusal.Invalid("emoji", $"One person can put at most {OfOnePersonMax} emoji under a message.");
        set.React(message, reaction, isOn);
        return true;
    }
}
