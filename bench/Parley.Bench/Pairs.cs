using System.Data.Common;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Bench;

/// <summary>The pairs of people of a measurement: new ones, or some of those that the database was filled with.</summary>
internal sealed class Pairs : IDisposable
{
    // So long are the threads of a database that is filled.
    private const long MessagesInThread = 500;

    private readonly Setting _setting;
    private readonly int _count;
    private readonly bool _isHttp;
    private readonly Texts _texts;
    private readonly List<Talk> _talks = [];
    private Api? _api;

    /// <param name="setting">On what they talk.</param>
    /// <param name="count">How many pairs.</param>
    /// <param name="isHttp">Whether they send over HTTP, and not over the socket.</param>
    /// <param name="texts">What is said.</param>
    public Pairs(Setting setting, int count, bool isHttp, Texts texts) => (_setting, _count, _isHttp, _texts) = (setting, count, isHttp, texts);

    /// <summary>The pairs, once they are there.</summary>
    public IReadOnlyList<Pair> All { get; private set; } = [];

    /// <summary>Fills the database so that the pairs are few among many.</summary>
    /// <param name="database">An empty one.</param>
    /// <param name="messages">How many messages are there beforehand.</param>
    /// <param name="people">How many people; as many as there must be for so many messages, if that is more.</param>
    public async Task Fill(DbConnection database, long messages, long people)
    {
        var threads = Math.Max(messages / MessagesInThread, _count);
        await Population.AddPeople(database, Math.Max(people, 2 * threads));
        await Population.AddPairs(database, first: 1, threads, MessagesInThread);
        // Spread over all that is there, old pages and new.
        for (var i = 0; i < _count; i++)
        {
            var thread = 1 + (i * (threads / _count));
            _talks.Add(new Talk(
                await Population.AddSession(database, (2 * thread) - 1), await Population.AddSession(database, 2 * thread), new Id(thread), MessagesInThread));
        }
    }

    /// <summary>Signs them up where the database was not filled, and connects them.</summary>
    public async Task Open(IReadOnlyList<Uri> nodes)
    {
        if (_setting.IsXmpp)
        {
            All = await Task.WhenAll(Enumerable.Range(0, _count).Select(i => XmppPair.Open(nodes[0], i, _texts)));
            return;
        }
        _api = new Api(nodes[0]);
        if (_talks.Count == 0)
            await SignUp(_api);
        // In a cluster the two of a pair are on different nodes.
        All = await Task.WhenAll(_talks.Select((talk, i) =>
            ParleyPair.Open(_api, _isHttp, (nodes[i % nodes.Count], nodes[(_setting.IsCluster ? i + 1 : i) % nodes.Count]), talk, _texts)));
    }

    public void Dispose()
    {
        foreach (var pair in All)
            pair.Dispose();
        _api?.Dispose();
    }

    private async Task SignUp(Api api)
    {
        var run = Guid.NewGuid().ToString("N")[..8];
        var talks = new Talk[_count];
        await Parallel.ForAsync(0, _count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            var sender = await api.SignUp("Sender", $"s{i}-{run}", "a password for the bench");
            var receiver = await api.SignUp("Receiver", $"r{i}-{run}", "a password for the bench");
            var head = await api.StartThread(sender, receiver);
            talks[i] = new Talk(sender, receiver, head.Id, head.Revision);
        });
        _talks.AddRange(talks);
    }
}
