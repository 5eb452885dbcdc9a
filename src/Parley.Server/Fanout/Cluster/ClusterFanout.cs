using System.Collections.Concurrent;
using Dapper;
using Orleans;
using Orleans.Runtime;
using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Fanout.Cluster;

/// <summary>
/// The fan-out of one node among many. Each user has a grain somewhere that knows to which nodes they are connected; a node that has
/// something for a user follows their grain, so that it hears of every change, and sends straight to those nodes. Everything here is
/// soft: what a lost node or grain knew is told anew, and what was lost on the way is looked up in the database (S10).
/// </summary>
internal sealed partial class ClusterFanout : BackgroundService, IFanout
{
    /// <summary>How long a socket waits for others to hear of it before it goes on without them, and looks for what it missed once they have.</summary>
    private static readonly TimeSpan ReachMax = TimeSpan.FromMilliseconds(250);

    /// <summary>How long it is tried to find someone before they are shown off-line.</summary>
    private static readonly TimeSpan FindMax = TimeSpan.FromSeconds(1);

    /// <summary>Everything that this node has told is told again within this time, whoever has forgotten it.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(60);

    /// <summary>A user for whom this node had nothing for so long is followed no more.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    private const int Slices = 60, AskedAtOnce = 32, UsersPerQuery = 1_000;

    private readonly ConcurrentDictionary<long, Followed> _followed = new();
    private readonly Watchers _watchers = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channels _channels;
    private readonly Nodes _nodes;
    private readonly UserGrains _grains;
    private readonly IGrainFactory _factory;
    private readonly Database _database;
    private readonly TimeProvider _clock;
    private readonly ILogger<ClusterFanout> _log;

    public ClusterFanout(
        Nodes nodes, UserGrains grains, IGrainFactory factory, Database database, TimeProvider clock, ILogger<ClusterFanout> log)
    {
        (_nodes, _grains, _factory, _database, _clock, _log) = (nodes, grains, factory, database, clock, log);
        _channels = new Channels(clock) { Opened = OnOpened, Closed = OnClosed };
        nodes.Gone = (node, hasLeft) => _ = OnGone(node, hasLeft);
    }

    public Action<long, bool> PresenceChanged { get; set; } = static (_, _) => { };

    public Action<long, Change> Arrived
    {
        get => _channels.Arrived;
        set => _channels.Arrived = value;
    }

    public Func<long, long> LastActive { get; set; } = static _ => 0;

    public IEnumerable<ISubscriber> Subscribers => _channels.Subscribers;

    public UserChannel Attach(long userId, ISubscriber subscriber) => _channels.Attach(userId, subscriber);

    public void Detach(UserChannel channel, ISubscriber subscriber)
    {
        _watchers.Set(subscriber, []);
        _channels.Detach(channel, subscriber);
    }

    public bool MayListen(long userId) =>
        _channels.Find(userId) is not null || Follow(userId).Route is not { } route || OthersOf(route).Any();

    public void Announce(long userId, Change change)
    {
        _channels.Announce(userId, change);
        ForOthers(userId, node => _nodes.Send(node, MailedChange.Of(userId, change)));
    }

    public void SendFleeting(long userId, byte[] frame)
    {
        _channels.SendFleeting(userId, frame);
        ForOthers(userId, node => _nodes.SendFleeting(node, userId, frame));
    }

    public Task EndSession(Id userId, Id sessionId)
    {
        _channels.EndSession(userId.Value, sessionId.Value);
        return _nodes.EndSession(userId.Value, sessionId.Value);
    }

    public void Watch(ISubscriber subscriber, IReadOnlyCollection<long> userIds) => _watchers.Set(subscriber, userIds);

    public async Task<IReadOnlyDictionary<long, Whereabouts>> Locate(IReadOnlyCollection<long> userIds)
    {
        // Who cannot be found in time is shown off-line for now; those who watch are told when they are found.
        await Task.WhenAny(Task.WhenAll(userIds.Select(userId => Follow(userId).Found)), Task.Delay(FindMax, _clock));
        return userIds.ToDictionary(userId => userId, userId =>
        {
            var followed = Follow(userId);
            lock (followed.Gate)
                followed.IsShownOnline = IsOnline(userId);
            return new Whereabouts(IsOnline(userId), followed.Route?.LastActiveAt ?? 0);
        });
    }

    /// <summary>Takes in what another node has for this one.</summary>
    public void Receive(Mail mail)
    {
        foreach (var (userId, sessionId) in mail.EndedSessions)
            _channels.EndSession(userId, sessionId);
        foreach (var route in mail.Routes)
            OnTold(route);
        foreach (var userId in mail.Forgotten)
            AskAnew(userId);
        foreach (var change in mail.Changes)
            _channels.Announce(change.UserId, change.ToChange());
        foreach (var (userId, frame) in mail.Fleeting)
            _channels.SendFleeting(userId, frame);
        if (mail.IsIncomplete)
            _ = LookForMissed(_channels.Users);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping.Cancel();
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Renewal / Slices, _clock);
        for (var slice = 0; await timer.WaitForNextTickAsync(stoppingToken); slice = (slice + 1) % Slices)
            await ForEach(_followed.Values.Where(followed => followed.UserId % Slices == slice), Renew);
    }

    private async Task Renew(Followed followed)
    {
        var then = _clock.GetTimestamp() - (long)(Kept.TotalSeconds * _clock.TimestampFrequency);
        if (_channels.Find(followed.UserId) is not null || _watchers.Of(followed.UserId).Length > 0 || followed.WasUsedSince(then))
            await Ask(followed);
        else if (_followed.TryRemove(KeyValuePair.Create(followed.UserId, followed)))
            await Try(() => GrainOf(followed.UserId).Unfollow(_nodes.Self));
    }

    private void OnOpened(UserChannel channel)
    {
        PresenceChanged(channel.UserId, true);
        var followed = Follow(channel.UserId);
        Show(followed);
        _ = Reach(channel, Ask(followed));
    }

    private async Task Reach(UserChannel channel, Task attached)
    {
        await Task.WhenAny(attached, Task.Delay(ReachMax, _clock));
        channel.Reach();
        if (attached.IsCompleted)
            return;
        await attached;
        await LookForMissed([channel.UserId]);
    }

    private void OnClosed(long userId)
    {
        PresenceChanged(userId, false);
        var followed = Follow(userId);
        Show(followed);
        _ = Ask(followed);
    }

    private void OnTold(Route route)
    {
        if (!_followed.TryGetValue(route.UserId, out var followed))
            _ = Try(() => GrainOf(route.UserId).Unfollow(_nodes.Self));
        else if (followed.TryUpdate(route))
            Show(followed);
        else
            AskAnew(route.UserId);
    }

    private async Task OnGone(SiloAddress node, bool hasLeft)
    {
        _ = ShowAll(hasLeft);
        // It may have committed what it could not announce any more.
        await LookForMissed(_channels.Users);
        foreach (var followed in _followed.Values.Where(followed => node.Equals(followed.Route?.Host)))
            followed.IsAttached = false;
        await ForEach(_followed.Values.Where(followed => node.Equals(followed.Route?.Host)), Ask);
        await ForEach(_grains.Users, userId => Try(() => GrainOf(userId).Tidy()));
        // While the grains were not there, others could not know where to send.
        await LookForMissed(_channels.Users);
    }

    // Those whom a node has sent away are on their way to another one: who has not come by then is shown as gone. Whoever a dead node
    // lost has had the time in which its death was noticed.
    private async Task ShowAll(bool hasLeft)
    {
        if (hasLeft)
            await Task.Delay(Channels.Grace, _clock);
        foreach (var followed in _followed.Values)
            Show(followed);
    }

    private bool IsOnline(long userId) =>
        _channels.Find(userId) is not null || (Follow(userId).Route is { } route && OthersOf(route).Any());

    private IEnumerable<SiloAddress> OthersOf(Route route) => route.Nodes.Where(node => !node.Equals(_nodes.Self) && _nodes.IsAlive(node));

    private void ForOthers(long userId, Action<SiloAddress> act) => Follow(userId).Then(_clock.GetTimestamp(), route =>
    {
        foreach (var node in OthersOf(route))
            act(node);
    });

    private IUserGrain GrainOf(long userId) => _factory.GetGrain<IUserGrain>(userId);

    private Followed Follow(long userId)
    {
        if (_followed.TryGetValue(userId, out var known))
            return known;
        var added = new Followed(userId);
        var followed = _followed.GetOrAdd(userId, added);
        if (ReferenceEquals(followed, added))
            _ = Ask(followed);
        return followed;
    }

    private void AskAnew(long userId)
    {
        if (!_followed.TryGetValue(userId, out var followed))
            return;
        followed.IsAttached = false;
        _ = Ask(followed);
    }

    /// <summary>Tells the user's grain whether they are connected here, and learns where else. One such call is under way at a time.</summary>
    private Task Ask(Followed followed)
    {
        lock (followed.Gate)
        {
            if (followed.Asking.Task is { } asking)
            {
                followed.Asking = (asking, true);
                return asking;
            }
            var task = Task.Run(() => AskUntilAnswered(followed));
            followed.Asking = (task, false);
            return task;
        }
    }

    private async Task AskUntilAnswered(Followed followed)
    {
        for (var failures = 0; !_stopping.IsCancellationRequested;)
        {
            var isHere = _channels.Find(followed.UserId) is not null;
            try
            {
                var grain = GrainOf(followed.UserId);
                followed.Set(isHere ? await grain.Attach(_nodes.Self)
                    : followed.IsAttached ? await grain.Detach(_nodes.Self, LastActive(followed.UserId))
                    : await grain.Follow(_nodes.Self));
                followed.IsAttached = isHere;
                Show(followed);
            }
            catch (Exception error)
            {
                // The grain's node may have just died, or this one be cut off. It passes, or the process ends.
                Complain(error);
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(2_000, 100 << Math.Min(failures++, 5))), _clock);
                continue;
            }
            lock (followed.Gate)
            {
                if (followed.Asking.Again || isHere != _channels.Find(followed.UserId) is not null)
                {
                    followed.Asking = (followed.Asking.Task, false);
                    continue;
                }
                followed.Asking = default;
                return;
            }
        }
    }

    /// <summary>Tells those who watch a user if they came or went.</summary>
    private void Show(Followed followed)
    {
        lock (followed.Gate)
        {
            var isOnline = IsOnline(followed.UserId);
            if (followed.IsShownOnline is not { } shown || shown == isOnline)
                return;
            followed.IsShownOnline = isOnline;
        }
        foreach (var watcher in _watchers.Of(followed.UserId))
            watcher.OnPresence(followed.UserId);
    }

    /// <summary>Wakes those whose users have moved on without them.</summary>
    private async Task LookForMissed(IEnumerable<long> userIds)
    {
        foreach (var chunk in userIds.Chunk(UsersPerQuery))
        {
            await Try(async () =>
            {
                // Written out, since the engines take a list of parameters in different ways.
                var sql = $"SELECT user_id, version FROM user_versions WHERE user_id IN ({string.Join(',', chunk)})";
                var rows = await _database.ReadAtOnce(connection => connection.QueryAsync<(long UserId, long Version)>(
                    new CommandDefinition(sql, flags: CommandFlags.Buffered | CommandFlags.NoCache)));
                foreach (var (userId, version) in rows)
                    _channels.Find(userId)?.Skip(version);
            });
        }
    }

    private Task ForEach<T>(IEnumerable<T> items, Func<T, Task> act) => Parallel.ForEachAsync(
        items, new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = _stopping.Token }, async (item, _) => await act(item));

    private async Task Try(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception error)
        {
            Complain(error);
        }
    }
}
