using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Threads;

/// <summary>Changes the caller's own marks on a thread: read, muted, pinned, archived, nickname.</summary>
internal sealed class UpdateThread(long userId, long threadId, UpdateThreadRequest request) : Command<bool>
{
    public override void Need(Needs needs)
    {
        needs.Threads.Add(threadId);
        if (request.Read is { } seq)
            needs.UnreadAfter.Add((threadId, userId, seq));
    }

    /// <summary>Whether anything was changed.</summary>
    public override bool Execute(WorkingSet set)
    {
        var member = set.FindMember(threadId, userId);
        if (member is null || member.Gone)
            throw Refusal.NotFound();
        var isRead = MarkRead(set, member);
        var isChanged = isRead | SetFlags(member);
        if (isChanged)
            set.Stamp(member);
        if (isRead)
        {
            foreach (var other in set.MembersOf(threadId))
            {
                if (other.UserId != userId && !other.Gone)
                    set.Stamp(other);
            }
        }
        return isChanged;
    }

    private bool MarkRead(WorkingSet set, MemberRow member)
    {
        var lastSeq = set.FindThread(threadId)!.LastSeq;
        if (request.Read is not { } asked || Math.Min(asked, lastSeq) is var seq && seq <= member.ReadSeq)
            return false;
        member.ReadSeq = seq;
        member.DeliveredSeq = Math.Max(member.DeliveredSeq, seq);
        // What was removed from sight does not count as unread, so a mark below it changes nothing there.
        if (seq > member.ClearedSeq)
            member.Unread = set.CountUnreadAfter(threadId, userId, asked);
        return true;
    }

    private bool SetFlags(MemberRow member)
    {
        var before = (member.Muted, member.Pinned, member.Archived, member.Nickname);
        member.Muted = request.Muted ?? member.Muted;
        member.Pinned = request.Pinned ?? member.Pinned;
        member.Archived = request.Archived ?? member.Archived;
        if (request.Nickname.IsGiven)
            member.Nickname = request.Nickname.Value;
        return before != (member.Muted, member.Pinned, member.Archived, member.Nickname);
    }
}
