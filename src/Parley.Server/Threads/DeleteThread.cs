using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Threads;

/// <summary>
/// "Delete for me": the thread leaves the caller's list and its history their sight. The row stays, stamped, so that a device that
/// was away learns of it (S4); the next message brings the thread back with what comes after.
/// </summary>
internal sealed class DeleteThread(long userId, long threadId) : Command<bool>
{
    public override void Need(Needs needs) => needs.Threads.Add(threadId);

    public override bool Execute(WorkingSet set)
    {
        var member = set.FindMember(threadId, userId);
        if (member is null || member.Gone)
            throw Refusal.NotFound();
        member.Gone = true;
        member.ClearedSeq = set.FindThread(threadId)!.LastSeq;
        member.Unread = 0;
        member.Pinned = false;
        member.Archived = false;
        set.Stamp(member);
        return true;
    }
}
