using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Sync;

/// <summary>How rows look on the wire. Reads and pushes both come through here, so they cannot differ.</summary>
public static class Projection
{
    /// <summary>A message; a deleted one without its content.</summary>
    public static Message ToMessage(MessageRow row) => new(
        row.Seq,
        row.Cid,
        new Id(row.UserId),
        row.Text,
        new Timestamp(row.SentAt),
        row.Revision,
        row.EditedAt is { } editedAt ? new Timestamp(editedAt) : null,
        row.Deleted,
        row.ReplyTo,
        ToReactions(row.Reactions));

    /// <summary>A user as others see them.</summary>
    public static User ToUser(UserRow row) => new(new Id(row.UserId), row.Username, row.FullName, row.PhotoId);

    /// <summary>A thread as <paramref name="member"/> sees it. The last message is null where they may not see it any more.</summary>
    public static Head ToHead(ThreadRow thread, MemberRow member, MemberRow peer, User peerUser, Message? last) => new(
        new Id(thread.ThreadId),
        peerUser,
        member.Version,
        member.Activity,
        thread.Revision,
        thread.LastSeq,
        member.ReadSeq,
        member.ClearedSeq,
        peer.ReadSeq,
        peer.DeliveredSeq,
        member.Unread,
        member.Muted,
        member.Pinned,
        member.Archived,
        member.Nickname,
        last is not null && last.Seq > member.ClearedSeq ? last : null);

    private static SortedDictionary<string, List<Id>>? ToReactions(List<ReactionRow> reactions)
    {
        if (reactions.Count == 0)
            return null;
        var byEmoji = new SortedDictionary<string, List<Id>>(StringComparer.Ordinal);
        foreach (var reaction in reactions.OrderBy(reaction => reaction.UserId))
        {
            if (!byEmoji.TryGetValue(reaction.Emoji, out var users))
                byEmoji[reaction.Emoji] = users = [];
            users.Add(new Id(reaction.UserId));
        }
        return byEmoji;
    }
}
