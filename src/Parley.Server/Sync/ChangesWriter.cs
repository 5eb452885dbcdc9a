using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Storage;

namespace Parley.Server.Sync;

/// <summary>Makes the `changes` frames of a committed batch, from the rows that are still in memory.</summary>
internal static class ChangesWriter
{
    /// <summary>The frame for one user who was stamped in the batch.</summary>
    public static Change Write(WorkingSet set, string epoch, UserRow user, IEnumerable<MemberRow> rows)
    {
        var heads = new List<Head>();
        var gone = new List<GoneThread>();
        var messages = new List<MessageChanges>();
        var undelivered = new List<(long, long, long)>();
        var budget = new FrameBudget();
        foreach (var member in rows)
        {
            if (member.Gone)
            {
                gone.Add(new GoneThread(new Id(member.ThreadId), member.Version));
                continue;
            }
            var thread = set.FindThread(member.ThreadId)!;
            heads.Add(ToHead(set, thread, member));
            if (member.Activity > user.LoadedVersion && member.DeliveredSeq < thread.LastSeq)
                undelivered.Add((thread.ThreadId, member.Activity, thread.LastSeq));
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
            [.. messages.Select(m => (m.Thread, m.Revision))], undelivered);
    }

    private static Head ToHead(WorkingSet set, ThreadRow thread, MemberRow member)
    {
        var peer = set.MembersOf(thread.ThreadId).First(m => m.UserId != member.UserId);
        var last = set.FindMessage(thread.ThreadId, thread.LastSeq);
        return Projection.ToHead(
            thread, member, peer, Projection.ToUser(set.FindUser(peer.UserId)!), last is null ? null : Projection.ToMessage(last));
    }
}
