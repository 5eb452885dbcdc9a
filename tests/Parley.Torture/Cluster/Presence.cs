using System.Collections.Concurrent;
using System.Text.Json;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Torture.Cluster;

/// <summary>
/// People who are known to be connected or not, and on each node one who watches them: when all that the watchers see is right.
/// </summary>
internal sealed class Presence : IDisposable
{
    private const int Steady = 4, Away = 2;

    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(1), SilenceMax = TimeSpan.FromSeconds(4), Round = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Nodes _nodes;
    private readonly Uri _balancer;
    private readonly List<Person> _people;
    private readonly List<Person> _watchers;
    private readonly ConcurrentDictionary<Id, bool>?[] _seen;
    private CancellationTokenSource? _guest;

    private Presence(Nodes nodes, Uri balancer, List<Person> people, List<Person> watchers)
    {
        (_nodes, _balancer, _people, _watchers) = (nodes, balancer, people, watchers);
        _seen = new ConcurrentDictionary<Id, bool>?[nodes.Count];
    }

    // Comes to one node, and goes when that node is about to.
    private Person Guest => _people[^1];

    /// <summary>Signs them up.</summary>
    public static async Task<Presence> Make(Nodes nodes, Uri balancer)
    {
        using var api = new Api(balancer);
        List<Person> people = [], watchers = [];
        for (var i = 0; i < Steady + Away + 1; i++)
            people.Add(await api.SignUp($"Watched {i}", $"watched{i}", "a password for the harness"));
        for (var i = 0; i < nodes.Count; i++)
            watchers.Add(await api.SignUp($"Watcher {i}", $"watcher{i}", "a password for the harness"));
        return new Presence(nodes, balancer, people, watchers);
    }

    /// <summary>Those who are connected connect, and those who watch watch, until they are stopped.</summary>
    public void Start(CancellationToken stop)
    {
        foreach (var person in _people.Take(Steady))
            _ = Persist(_balancer, person, _ => { }, () => { }, null, stop);
        for (var i = 0; i < _nodes.Count; i++)
        {
            var node = i;
            _ = Persist(
                _nodes[node].Address, _watchers[node], frame => See(node, frame), () => _seen[node] = null,
                new { type = "watch", users = _people.Select(person => person.Id.ToString()) }, stop);
        }
    }

    /// <summary>One more comes to a node, and stays until <see cref="Go"/>: a node may end by itself at that very moment, and come back.</summary>
    public void Come(int node)
    {
        Go();
        _guest = new CancellationTokenSource();
        _ = Persist(_nodes[node].Address, Guest, _ => { }, () => { }, null, _guest.Token);
    }

    /// <summary>The one who came goes without a word.</summary>
    public void Go()
    {
        _guest?.Cancel();
        _guest?.Dispose();
        _guest = null;
    }

    /// <summary>
    /// How long after a moment all was right on all of some nodes: everyone who is connected online, everyone else off-line; null if
    /// it never came to be.
    /// </summary>
    public async Task<long?> WaitUntilRight(long since, IEnumerable<int> on)
    {
        var looked = on.ToList();
        for (var until = Environment.TickCount64 + (long)Patience.TotalMilliseconds; Environment.TickCount64 < until; await Task.Delay(Round))
        {
            if (looked.TrueForAll(IsRight))
                return Math.Max(0, Environment.TickCount64 - since);
        }
        return null;
    }

    public void Dispose() => Go();

    /// <summary>What is seen on a node that is not so, in words.</summary>
    public string Describe(int node) => _seen[node] is { } seen
        ? string.Join(", ", _people.Select((person, i) => (person, i)).Where(entry => !seen.TryGetValue(entry.person.Id, out var isOnline) || isOnline != IsConnected(entry.i))
            .Select(entry => $"{entry.person.Name} {(seen.TryGetValue(entry.person.Id, out var isOnline) ? isOnline ? "online" : "off-line" : "unknown")}"))
        : "nothing";

    private bool IsConnected(int person) => person < Steady || (person == _people.Count - 1 && _guest is not null);

    private bool IsRight(int node) =>
        _seen[node] is { } seen
        && Enumerable.Range(0, _people.Count).All(i => seen.TryGetValue(_people[i].Id, out var isOnline) && isOnline == IsConnected(i));

    private void See(int node, PresenceFrame frame)
    {
        var seen = _seen[node] ??= new ConcurrentDictionary<Id, bool>();
        foreach (var user in frame.Users)
            seen[user.Id] = user.Online;
    }

    private static async Task Persist(Uri server, Person person, Action<PresenceFrame> onPresence, Action onEnd, object? first, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Listen(server, person, onPresence, first, stop);
            onEnd();
            await Task.Delay(Random.Shared.Next(20, 250), CancellationToken.None);
        }
    }

    /// <summary>One socket, until it ends or says nothing for too long.</summary>
    private static async Task Listen(Uri server, Person person, Action<PresenceFrame> onPresence, object? first, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            ended.CancelAfter(SilenceMax);
            using var connection = await Connection.Open(server, person, new { type = "hello" }, ended.Token);
            if (first is not null)
                await connection.Say(first, ended.Token);
            _ = Ping(connection, ended.Token);
            while (true)
            {
                var (type, bytes) = await connection.Read(ended.Token);
                ended.CancelAfter(SilenceMax);
                if (type == "presence")
                    onPresence(JsonSerializer.Deserialize(bytes.Span, WireJson.Wire.PresenceFrame)!);
            }
        }
        catch (Exception error) when (Failure.IsPassing(error))
        {
            await ended.CancelAsync();
        }
    }

    private static async Task Ping(Connection connection, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(PingEvery, stop);
                await connection.Say(new { type = "ping", version = 0 }, stop);
            }
        }
        catch (Exception error) when (Failure.IsPassing(error) || error is InvalidOperationException)
        {
            // The socket has ended; its reader knows.
        }
    }
}
