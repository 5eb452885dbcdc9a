using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Server.Messages;

/// <summary>
/// Appends a message to a thread. The same cid of the same sender gives the message that is there already (S12), so a sender who
/// heard no answer sends again without fear.
/// </summary>
internal sealed class SendMessage(long userId, long threadId, string cid, string text, long? replyTo)
    : Command<(Message Message, bool IsNew)>
{
    public override void Need(Needs needs)
    {
        needs.Threads.Add(threadId);
        needs.Cids.Add((threadId, userId, cid));
    }

    public override (Message Message, bool IsNew) Execute(WorkingSet set)
    {
        var thread = set.FindThread(threadId);
        var sender = set.FindMember(threadId, userId);
        if (thread is null || sender is null)
            throw Refusal.NotFound();
        if (set.FindMessage(threadId, userId, cid) is { } before)
            return (Projection.ToMessage(before), false);
        if (replyTo is not null && (replyTo <= sender.ClearedSeq || replyTo < 1 || replyTo > thread.LastSeq))
            throw Refusal.Invalid("replyTo", "There is no such message in this thread.");

        var message = new MessageRow
        {
            ThreadId = threadId,
            Seq = ++thread.LastSeq,
            UserId = userId,
            Cid = cid,
            Text = text,
            SentAt = set.Now,
            ReplyTo = replyTo,
            IsNew = true,
        };
        set.Add(message);
        set.Revise(thread, message);
        foreach (var member in set.MembersOf(threadId))
            Receive(set, member, message);
        return (Projection.ToMessage(message), true);
    }

    private void Receive(WorkingSet set, MemberRow member, MessageRow message)
    {
        if (member.UserId != userId)
        {
            member.Unread++;
        }
        else if (member.Unread == 0)
        {
            // Whoever has read everything has read, and has, what they wrote themselves.
            member.ReadSeq = member.DeliveredSeq = message.Seq;
        }
        member.Gone = false;
        member.Archived &= member.Muted;
        set.Stamp(member);
        member.Activity = member.Version;
    }
}
