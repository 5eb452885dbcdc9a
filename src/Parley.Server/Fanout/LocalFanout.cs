using Parley.Protocol;

namespace Parley.Server.Fanout;

/// <summary>The fan-out of a server that is alone: who is connected is connected here.</summary>
public sealed class LocalFanout : IFanout
{
    private readonly Channels _channels;
    private readonly Watchers _watchers = new();

    public LocalFanout(TimeProvider clock) => _channels = new Channels(clock)
    {
        Opened = channel =>
        {
            channel.Reach();
            OnPresenceChanged(channel.UserId, true);
        },
        Closed = userId => OnPresenceChanged(userId, false),
    };

    /// <inheritdoc/>
    public Action<long, bool> PresenceChanged { get; set; } = static (_, _) => { };

    /// <inheritdoc/>
    public Action<long, Change> Arrived
    {
        get => _channels.Arrived;
        set => _channels.Arrived = value;
    }

    /// <inheritdoc/>
    public Func<long, long> LastActive { get; set; } = static _ => 0;

    /// <inheritdoc/>
    public IEnumerable<ISubscriber> Subscribers => _channels.Subscribers;

    /// <inheritdoc/>
    public UserChannel Attach(long userId, ISubscriber subscriber) => _channels.Attach(userId, subscriber);

    /// <inheritdoc/>
    public void Detach(UserChannel channel, ISubscriber subscriber)
    {
        _watchers.Set(subscriber, []);
        _channels.Detach(channel, subscriber);
    }

    /// <inheritdoc/>
    public bool MayListen(long userId) => IsOnline(userId);

    /// <inheritdoc/>
    public void Announce(long userId, Change change) => _channels.Announce(userId, change);

    /// <inheritdoc/>
    public void SendFleeting(long userId, byte[] frame) => _channels.SendFleeting(userId, frame);

    /// <inheritdoc/>
    public Task EndSession(Id userId, Id sessionId)
    {
        _channels.EndSession(userId.Value, sessionId.Value);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Watch(ISubscriber subscriber, IReadOnlyCollection<long> userIds) => _watchers.Set(subscriber, userIds);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<long, Whereabouts>> Locate(IReadOnlyCollection<long> userIds) =>
        Task.FromResult<IReadOnlyDictionary<long, Whereabouts>>(
            userIds.ToDictionary(userId => userId, userId => new Whereabouts(IsOnline(userId), 0)));

    private bool IsOnline(long userId) => _channels.Find(userId) is not null;

    private void OnPresenceChanged(long userId, bool isOnline)
    {
        PresenceChanged(userId, isOnline);
        foreach (var watcher in _watchers.Of(userId))
            watcher.OnPresence(userId);
    }
}
