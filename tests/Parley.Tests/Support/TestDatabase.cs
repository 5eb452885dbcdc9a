using Dapper;
using Parley.Server.Storage;

namespace Parley.Tests.Support;

/// <summary>A database of its own, with a few users in it.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-test-");

    private readonly TimeProvider _clock;

    public TestDatabase(TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        ConnectionString = TestEngine.Create(_folder.FullName);
        Database = TestEngine.Open(ConnectionString, _clock);
    }

    public Database Database { get; private set; }

    public string ConnectionString { get; }

    /// <summary>Closes the database and opens it again, as a restart does.</summary>
    public async Task Reopen()
    {
        await Database.DisposeAsync();
        Database = TestEngine.Open(ConnectionString, _clock);
    }

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
        await Database.DisposeAsync();
        TestEngine.Drop(ConnectionString);
        _folder.Delete(recursive: true);
    }
}
