using Parley.Server.Storage;

namespace Parley.Server.Messages;

/// <summary>Takes the content out of an own message, for everyone; its seq stays (S3).</summary>
internal sealed class DeleteMessage(long userId, long threadId, long seq) : MessageCommand(userId, threadId, seq)
{
    protected override bool TryChange(WorkingSet set, MessageRow message)
    {
        RequireOwn(message);
        if (message.Deleted)
            return false;
        foreach (var reaction in message.Reactions.ToList())
            set.React(message, reaction, false);
        message.Text = "";
        message.EditedAt = null;
        message.ReplyTo = null;
        message.Deleted = true;
        foreach (var member in set.MembersOf(message.ThreadId))
        {
            if (member.UserId != UserId && message.Seq > member.ReadSeq && message.Seq > member.ClearedSeq)
                member.Unread--;
        }
        return true;
    }
}
