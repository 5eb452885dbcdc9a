using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Server.Messages;

/// <summary>A change of one message that is there already.</summary>
internal abstract class MessageCommand(long userId, long threadId, long seq) : Command<Message>
{
    protected long UserId => userId;

    public override void Need(Needs needs)
    {
        needs.Threads.Add(threadId);
        needs.Messages.Add((threadId, seq));
    }

    public override Message Execute(WorkingSet set)
    {
        var member = set.FindMember(threadId, userId);
        var message = set.FindMessage(threadId, seq);
        if (member is null || member.Gone || message is null || seq <= member.ClearedSeq)
            throw Refusal.NotFound();
        if (TryChange(set, message))
        {
            set.Revise(set.FindThread(threadId)!, message);
            foreach (var each in set.MembersOf(threadId))
            {
                if (!each.Gone)
                    set.Stamp(each);
            }
        }
        return Projection.ToMessage(message);
    }

    /// <summary>Checks and changes the message; false where it is so already, and nobody needs to hear of it.</summary>
    protected abstract bool TryChange(WorkingSet set, MessageRow message);

    /// <summary>Others' messages are not there for whoever wants to change them.</summary>
    protected void RequireOwn(MessageRow message)
    {
        if (message.UserId != userId)
            throw Refusal.NotFound();
    }
}
