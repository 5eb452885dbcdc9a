using System.Collections.Concurrent;
using Parley.Protocol;

namespace Parley.Server.Fanout;

/// <summary>
/// Who is connected to this process. A user is online while someone listens for them, and for a moment after, so that a reload
/// does not flicker.
/// </summary>
public sealed class LocalFanout(TimeProvider clock)
{
    /// <summary>How long a user stays online after their last socket closed.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<long, UserChannel> _channels = new();
    private readonly Watchers _watchers = new();
    private readonly RecentChanges _recent = new();

    /// <summary>Called when a user came online (<c>true</c>) or went off-line.</summary>
    public Action<long, bool> PresenceChanged { get; set; } = static (_, _) => { };

    /// <summary>Everyone who listens, for all users.</summary>
    public IEnumerable<ISubscriber> Subscribers => _channels.Values.SelectMany(channel => channel.Subscribers);

    /// <summary>Begins to listen for a user. What is committed from now on reaches the channel (S9).</summary>
    public UserChannel Attach(long userId, ISubscriber subscriber)
    {
        while (true)
        {
            var isNew = false;
            var channel = _channels.GetOrAdd(userId, id =>
            {
                isNew = true;
                return new UserChannel(id);
            });
            if (!channel.TryAdd(subscriber, out var replaced))
                continue;
            replaced?.Close(4409, "too many connections of this account");
            if (isNew)
                OnPresenceChanged(userId, true);
            return channel;
        }
    }

    /// <summary>Ends listening.</summary>
    public void Detach(UserChannel channel, ISubscriber subscriber)
    {
        _watchers.Set(subscriber, []);
        if (channel.Remove(subscriber))
            _ = CloseAfterGrace(channel);
    }

    /// <summary>Whether a user is online.</summary>
    public bool IsOnline(long userId) => _channels.ContainsKey(userId);

    /// <summary>Hands a committed change to whoever listens for the user.</summary>
    public void Announce(long userId, Change change)
    {
        if (!_channels.TryGetValue(userId, out var channel))
            return;
        _recent.Add(channel, change);
        channel.Announce(change);
    }

    /// <summary>Says that a user is at a version, without the changes that led there.</summary>
    public void Skip(long userId, long version)
    {
        if (_channels.TryGetValue(userId, out var channel))
            channel.Skip(version);
    }

    /// <summary>Sends a fleeting frame to all devices of a user.</summary>
    public void SendFleeting(long userId, byte[] frame)
    {
        if (!_channels.TryGetValue(userId, out var channel))
            return;
        foreach (var subscriber in channel.Subscribers)
            subscriber.OnFleeting(frame);
    }

    /// <summary>Whose presence a subscriber wants to hear of; replaces its last list.</summary>
    public void Watch(ISubscriber subscriber, IReadOnlyCollection<long> userIds) => _watchers.Set(subscriber, userIds);

    /// <summary>Closes the sockets of a session that has ended, with code 4401.</summary>
    public void EndSession(Id userId, Id sessionId)
    {
        if (!_channels.TryGetValue(userId.Value, out var channel))
            return;
        foreach (var subscriber in channel.Subscribers)
        {
            if (subscriber.SessionId == sessionId)
                subscriber.Close(4401, "session ended");
        }
    }

    private async Task CloseAfterGrace(UserChannel channel)
    {
        await Task.Delay(Grace, clock);
        if (channel.TryClose() && _channels.TryRemove(KeyValuePair.Create(channel.UserId, channel)))
            OnPresenceChanged(channel.UserId, false);
    }

    private void OnPresenceChanged(long userId, bool isOnline)
    {
        PresenceChanged(userId, isOnline);
        foreach (var watcher in _watchers.Of(userId))
            watcher.OnPresence(userId);
    }
}
