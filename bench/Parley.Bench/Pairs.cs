using Parley.Client;

namespace Parley.Bench;

/// <summary>The pairs of people of a measurement: new ones, or some of many who are there beforehand.</summary>
internal sealed class Pairs : IDisposable
{
    // So long are the threads that are there beforehand.
    private const long MessagesInThread = 500;

    private readonly Setting _setting;
    private readonly int _count;
    private readonly bool _isHttp;
    private readonly Texts _texts;
    private IReadOnlyList<Talk> _talks = [];
    private Api? _api;

    /// <param name="setting">On what they talk.</param>
    /// <param name="count">How many pairs.</param>
    /// <param name="isHttp">Whether they send over HTTP, and not over the socket.</param>
    /// <param name="texts">What is said.</param>
    public Pairs(Setting setting, int count, bool isHttp, Texts texts) => (_setting, _count, _isHttp, _texts) = (setting, count, isHttp, texts);

    /// <summary>The pairs, once they are there.</summary>
    public IReadOnlyList<Pair> All { get; private set; } = [];

    /// <summary>Makes the pairs few among many.</summary>
    /// <param name="population">Where they are to be.</param>
    /// <param name="messages">How many messages are there beforehand.</param>
    /// <param name="people">How many people; as many as there must be for so many messages, if that is more.</param>
    public async Task Fill(IPopulation population, long messages, long people) =>
        _talks = await population.AddPairs(_count, MessagesInThread, messages / MessagesInThread, people);

    /// <summary>Signs them up where nobody is there beforehand, and connects them.</summary>
    public async Task Open(IReadOnlyList<Uri> nodes)
    {
        if (_setting.IsXmpp)
        {
            All = await Task.WhenAll(Enumerable.Range(0, _count).Select(i => XmppPair.Open(nodes[0], i, _texts)));
            return;
        }
        _api = new Api(nodes[0]);
        IPopulation population = new ApiPopulation(_api);
        if (_talks.Count == 0)
            _talks = await population.AddPairs(_count, messages: 0);
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
}
