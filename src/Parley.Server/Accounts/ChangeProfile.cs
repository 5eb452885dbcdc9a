using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Server.Accounts;

/// <summary>
/// Changes the user's name, photo or settings. Others see the first two in the heads of their threads, so those rows are stamped
/// with the change; what is the same as before changes no version.
/// </summary>
internal sealed class ChangeProfile(Id userId, ProfileChange change) : Command<(Me Me, string? PhotoBefore)>
{
    public override void Need(Needs needs)
    {
        if (change.IsSeenByOthers)
            needs.UsersWithThreads.Add(userId.Value);
        else
            needs.Users.Add(userId.Value);
    }

    public override (Me Me, string? PhotoBefore) Execute(WorkingSet set)
    {
        var user = set.FindUser(userId.Value) ?? throw Refusal.NotFound();
        var photoBefore = user.PhotoId;
        var fullName = change.FullName ?? user.FullName;
        var photo = change.HasPhoto ? change.PhotoId : user.PhotoId;
        var settings = change.Settings is { } patch ? Settings.Merge(user.Settings, patch) : user.Settings;
        var isSeenByOthers = (fullName, photo) != (user.FullName, user.PhotoId);
        if (isSeenByOthers || settings != user.Settings)
        {
            (user.FullName, user.PhotoId, user.Settings) = (fullName, photo, settings);
            set.StampMe(user);
        }
        if (isSeenByOthers)
        {
            foreach (var peer in set.ThreadsOf(user.UserId).SelectMany(set.MembersOf).Where(peer => peer.UserId != user.UserId && !peer.Gone))
                set.Stamp(peer);
        }
        return (MeReader.ToMe(user), photoBefore);
    }
}
