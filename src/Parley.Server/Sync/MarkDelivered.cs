using Parley.Server.Storage;

namespace Parley.Server.Sync;

/// <summary>Moves a member's delivered mark forward, and tells the others in the thread.</summary>
internal sealed class MarkDelivered(long userId, long threadId, long seq) : Command<bool>
{
    public override void Need(Needs needs) => needs.Threads.Add(threadId);

    public override bool Execute(WorkingSet set)
    {
        var member = set.FindMember(threadId, userId);
        if (member is null || member.Gone || member.DeliveredSeq >= seq)
            return false;
        member.DeliveredSeq = seq;
        member.IsChanged = true;
        foreach (var other in set.MembersOf(threadId))
        {
            if (other.UserId != userId && !other.Gone)
                set.Stamp(other);
        }
        return true;
    }
}
