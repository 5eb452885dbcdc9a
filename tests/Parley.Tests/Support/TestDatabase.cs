using Dapper;
using Parley.Server.Storage;

namespace Parley.Tests.Support;

/// <summary>A database of its own, with a few users in it.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-test-");
    private readonly TimeProvider _clock;
    private readonly int _nodes;

    /// <summary>Opens as many nodes on one database as the engine allows: on SQLite, one.</summary>
    public TestDatabase(TimeProvider? clock = null, int nodes = 1)
    {
        _nodes = TestEngine.IsPostgres ? nodes : 1;
        _clock = clock ?? TimeProvider.System;
        ConnectionString = TestEngine.Create(_folder.FullName);
        Nodes = Open();
    }

    /// <summary>The nodes that share the database.</summary>
    public Database[] Nodes { get; private set; }

    /// <summary>The first node.</summary>
    public Database Database => Nodes[0];

    public string ConnectionString { get; }

    /// <summary>Closes the database and opens it again, as a restart does.</summary>
    public async Task Reopen()
    {
        await Close();
        Nodes = Open();
    }

    /// <summary>A node, of however many there are.</summary>
    public Database Node(int i) => Nodes[i % Nodes.Length];

    public async Task<long> AddUser(string name)
    {
        var userId = NewId.At(DateTimeOffset.UtcNow).Value;
        await Database.Write(async connection =>
        {
            await connection.ExecuteAsync("""
                INSERT INTO users (user_id, username, full_name, search_name, password_hash, security_stamp, created_at, last_active_at)
                VALUES (@userId, @username, @name, @name, '', '', 0, 0)
                """, new { userId, username = $"{name}{userId}", name });
            return await connection.ExecuteAsync("INSERT INTO user_versions (user_id) VALUES (@userId)", new { userId });
        });
        return userId;
    }

    public async Task<long[]> AddUsers(int count)
    {
        var users = new long[count];
        for (var i = 0; i < count; i++)
            users[i] = await AddUser($"user{i}");
        return users;
    }

    public async ValueTask DisposeAsync()
    {
        await Close();
        TestEngine.Release(ConnectionString);
        _folder.Delete(recursive: true);
    }

    private Database[] Open() => [.. Enumerable.Range(0, _nodes).Select(_ => TestEngine.Open(ConnectionString, _clock))];

    private async Task Close()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
    }
}
