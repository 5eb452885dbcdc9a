using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Messages;

/// <summary>Gives an own message a new text.</summary>
internal sealed class EditMessage(long userId, long threadId, long seq, string text) : MessageCommand(userId, threadId, seq)
{
    protected override bool TryChange(WorkingSet set, MessageRow message)
    {
        RequireOwn(message);
        if (message.Deleted)
            throw Refusal.Invalid("text", "A deleted message cannot be edited.");
        if (message.Text == text)
            return false;
        message.Text = text;
        message.EditedAt = set.Now;
        return true;
    }
}
