using System.Collections.Concurrent;
using Parley.Protocol;

namespace Parley.Server.Fanout;

/// <summary>Who listens in this process. A channel outlives its last subscriber for a moment, so that a reload does not flicker.</summary>
internal sealed class Channels(TimeProvider clock)
{
    /// <summary>How long a user stays online after their last socket closed.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<long, UserChannel> _channels = new();
    private readonly RecentChanges _recent = new();

    /// <summary>Called when a user's channel has been opened.</summary>
    public Action<UserChannel> Opened { get; set; } = static _ => { };

    /// <summary>Called when a user's channel has been thrown away.</summary>
    public Action<long> Closed { get; set; } = static _ => { };

    /// <inheritdoc cref="IFanout.Arrived"/>
    public Action<long, Change> Arrived { get; set; } = static (_, _) => { };

    public IEnumerable<ISubscriber> Subscribers => _channels.Values.SelectMany(channel => channel.Subscribers);

    /// <summary>The users that have a channel.</summary>
    public IEnumerable<long> Users => _channels.Keys;

    public UserChannel? Find(long userId) => _channels.GetValueOrDefault(userId);

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
                Opened(channel);
            return channel;
        }
    }

    public void Detach(UserChannel channel, ISubscriber subscriber)
    {
        if (channel.Remove(subscriber))
            _ = CloseAfterGrace(channel);
    }

    public void Announce(long userId, Change change)
    {
        if (!_channels.TryGetValue(userId, out var channel))
            return;
        Arrived(userId, change);
        if (change.Frame is null)
        {
            channel.Skip(change.To);
            return;
        }
        _recent.Add(channel, change);
        channel.Announce(change);
    }

    public void SendFleeting(long userId, byte[] frame)
    {
        foreach (var subscriber in Find(userId)?.Subscribers ?? [])
            subscriber.OnFleeting(frame);
    }

    public void EndSession(long userId, long sessionId)
    {
        foreach (var subscriber in Find(userId)?.Subscribers ?? [])
        {
            if (subscriber.SessionId == new Id(sessionId))
                subscriber.Close(4401, "session ended");
        }
    }

    private async Task CloseAfterGrace(UserChannel channel)
    {
        await Task.Delay(Grace, clock);
        if (channel.TryClose() && _channels.TryRemove(KeyValuePair.Create(channel.UserId, channel)))
            Closed(channel.UserId);
    }
}
