using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Threads;

/// <summary>
/// The thread of two people: the one they have, or a new one. A thread that the caller had removed from their list comes back.
/// </summary>
internal sealed class StartThread(long userId, long otherId, Id newThreadId) : Command<(long ThreadId, bool IsNew)>
{
    private readonly string _directKey = $"{Math.Min(userId, otherId)}:{Math.Max(userId, otherId)}";

    public override void Need(Needs needs)
    {
        needs.DirectKeys.Add(_directKey);
        needs.Users.Add(userId);
        needs.Users.Add(otherId);
    }

    public override (long ThreadId, bool IsNew) Execute(WorkingSet set)
    {
        if (set.FindDirect(_directKey) is { } existing)
        {
            var member = set.FindMember(existing.ThreadId, userId)!;
            if (member.Gone)
            {
                member.Gone = false;
                set.Stamp(member);
                member.Activity = member.Version;
            }
            return (existing.ThreadId, false);
        }
        if (set.FindUser(otherId) is null)
            throw Refusal.Invalid("userIds", "There is no such user.");
        var thread = new ThreadRow { ThreadId = newThreadId.Value, DirectKey = _directKey, CreatedAt = set.Now, IsNew = true };
        set.Add(thread);
        foreach (var id in new[] { userId, otherId })
        {
            var member = new MemberRow { UserId = id, ThreadId = thread.ThreadId, IsNew = true };
            set.Add(member);
            set.Stamp(member);
            member.Activity = member.Version;
        }
        return (thread.ThreadId, true);
    }
}
