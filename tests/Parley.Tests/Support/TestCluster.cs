using Npgsql;
using Parley.Server.Hosting;

namespace Parley.Tests.Support;

/// <summary>Several nodes in this process, on one PostgreSQL. They find each other as nodes on several machines do.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly List<TestServer> _nodes = [];

    /// <summary>The nodes, in the order in which they were started.</summary>
    public IReadOnlyList<TestServer> Nodes => _nodes;

    /// <summary>Starts so many nodes at once on a database of their own.</summary>
    public static async Task<TestCluster> Start(int count, Func<ServerOptions, ServerOptions>? configure = null)
    {
        var cluster = new TestCluster();
        await cluster.Add(configure);
        await Task.WhenAll(Enumerable.Range(1, count - 1).Select(_ => cluster.Add(configure)));
        return cluster;
    }

    /// <summary>Starts one more.</summary>
    public async Task<TestServer> Add(Func<ServerOptions, ServerOptions>? configure = null)
    {
        var node = await TestServer.Start(
            configure: options => (configure?.Invoke(options) ?? options) with { Node = new NodeOptions { Port = 0 } },
            database: _nodes.Count > 0 ? _nodes[0].Options.Database : null);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Someone who asks another node than the one where they signed up.</summary>
    public static ParleyApi At(TestServer node, ParleyApi who)
    {
        var api = node.Stranger();
        api.Token = who.Token;
        return api;
    }

    public async ValueTask DisposeAsync()
    {
        // The first one owns the database.
        foreach (var node in Enumerable.Reverse(_nodes))
            await node.DisposeAsync();
        // Membership connects through a pool that outlives the nodes, and the next test gets the same database.
        NpgsqlConnection.ClearAllPools();
    }
}
