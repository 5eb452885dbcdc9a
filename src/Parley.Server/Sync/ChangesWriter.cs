using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Storage;

namespace Parley.Server.Sync;

/// <summary>Makes the `changes` frames of a committed batch, from the rows that are still in memory.</summary>
internal static class ChangesWriter
{
    /// <summary>The change of one user who was stamped in the batch.</summary>
    public static Change Write(WorkingSet set, string epoch, UserRow user, IEnumerable<MemberRow> rows)
    {
        var undelivered = FindUndelivered(set, user, rows).ToList();
        var heads = new List<Head>();
        var gone = new List<GoneThread>();
        var messages = new List<MessageChanges>();
        var budget = new FrameBudget();
        foreach (var member in rows)
        {
            if (member.Gone)
            {
                gone.Add(new GoneThread(new Id(member.ThreadId), member.Version));
                continue;
            }
            var thread = set.FindThread(member.ThreadId)!;
            var head = ToHead(set, thread, member);
            if (!budget.Take(head))
                return Change.Skip(user.LoadedVersion, user.Version) with { Undelivered = undelivered };
            heads.Add(head);
            if (thread.Revision == thread.LoadedRevision)
                continue;
            var items = set.MessagesOf(thread.ThreadId)
                .Where(m => (m.IsNew || m.IsChanged) && m.Seq > member.ClearedSeq)
                .OrderBy(m => m.Revision).Select(Projection.ToMessage).ToList();
            if (budget.Take(items))
                messages.Add(new MessageChanges(new Id(thread.ThreadId), thread.LoadedRevision, thread.Revision, items));
        }
        var frame = new ChangesFrame(
            epoch, user.LoadedVersion, user.Version, false, heads, gone, messages,
            user.MeVersion > user.LoadedVersion ? MeReader.ToMe(user) : null);
        return new Change(
            frame.From, frame.To, JsonSerializer.SerializeToUtf8Bytes(frame, WireJson.Wire.ChangesFrame),
            [.. messages.Select(m => (m.Thread, m.Revision))]) { CommittedAt = set.CommittedAt, Undelivered = undelivered };
    }

    private static IEnumerable<(long Thread, long Activity, long Seq)> FindUndelivered(WorkingSet set, UserRow user, IEnumerable<MemberRow> rows) =>
        from member in rows
        where !member.Gone && member.Activity > user.LoadedVersion
        let lastSeq = set.FindThread(member.ThreadId)!.LastSeq
        where member.DeliveredSeq < lastSeq
        select (member.ThreadId, member.Activity, lastSeq);

    private static Head ToHead(WorkingSet set, ThreadRow thread, MemberRow member)
    {
        var peer = set.MembersOf(thread.ThreadId).First(m => m.UserId != member.UserId);
        var last = set.FindMessage(thread.ThreadId, thread.LastSeq);
        return Projection.ToHead(
            thread, member, peer, Projection.ToUser(set.FindUser(peer.UserId)!), last is null ? null : Projection.ToMessage(last));
    }
}
