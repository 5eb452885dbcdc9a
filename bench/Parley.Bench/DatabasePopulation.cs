using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Dapper;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Bench;

/// <summary>
/// Fills an empty database with what takes people years, by the same SQL on both engines. People and threads are numbered from 1. Nobody's
/// password is known: who is to do something gets a session.
/// </summary>
/// <param name="database">The database, with its schema.</param>
/// <param name="away">How long ago sessions were last seen.</param>
internal sealed class DatabasePopulation(DbConnection database, TimeSpan away = default) : IPopulation
{
    private const long ThreadsAtATime = 1_000;

    // 20 to 199 letters of it make a message.
    private const string Text = "When the morning comes we shall see what is left of it, and then, if you still want to, we can take the early train and walk from there; it is not far, and on a clear day you see the lake the whole way down.";

    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Talk>> AddPairs(int count, long messages, long threads, long people)
    {
        threads = Math.Max(threads, count);
        await AddPeople(Math.Max(people, 2 * threads));
        await AddPairThreads(first: 1, threads, messages);
        return await AddTalks(count, i => 1 + (i * (threads / count)), thread => (2 * thread) - 1, thread => 2 * thread, messages);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Talk>> AddStar(int threads)
    {
        await AddPeople(threads + 1);
        await AddStarThreads(threads, messages: 1);
        return await AddTalks(threads, i => i + 1, thread => thread + 1, _ => 1, messages: 1);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long>> ReadVersions(IReadOnlyList<Person> people)
    {
        var versions = (await database.QueryAsync<(long Id, long Version)>("SELECT user_id, version FROM user_versions")).ToDictionary(row => row.Id, row => row.Version);
        return [.. people.Select(person => versions[person.Id.Value])];
    }

    /// <summary>People.</summary>
    public Task AddPeople(long count) => Execute("""
        INSERT INTO users (user_id, username, full_name, search_name, password_hash, security_stamp, created_at, last_active_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @count)
        SELECT i, 'person' || i, 'Person ' || i, 'person ' || i || ' person' || i, '-', '-', 0, 0 FROM n;
        INSERT INTO user_versions (user_id) SELECT user_id FROM users;
        """, new { count });

    /// <summary>Threads of two people each: thread n of the people 2n - 1 and 2n.</summary>
    public Task AddPairThreads(long first, long threads, long messages) => AddThreads(first, threads, messages, a: "2 * i - 1", b: "2 * i", place: "0");

    /// <summary>Threads of the first person with all others, the latest ones last.</summary>
    public Task AddStarThreads(long threads, long messages) => AddThreads(first: 1, threads, messages, a: "1", b: "i + 1", place: "(i - 1) * @messages");

    /// <summary>One more thread for the first person, after a star; with the next one of the others.</summary>
    public Task AddLongThread(long threadsBefore, long messagesBefore, long messages) =>
        AddThreads(first: threadsBefore + 1, threads: 1, messages, a: "1", b: "i + 1", place: FormattableString.Invariant($"{messagesBefore}"));

    /// <summary>A session for a person.</summary>
    public async Task<Person> AddSession(long id)
    {
        var (token, hash) = SessionToken.Make();
        var seen = (DateTimeOffset.UtcNow - away).ToUnixTimeMilliseconds();
        await database.ExecuteAsync(
            "INSERT INTO sessions VALUES (@id, @id, @hash, 'bench', 0, @seen)", new { id, hash, seen });
        return new Person($"Person {id}", new Id(id), token);
    }

    private async Task<IReadOnlyList<Talk>> AddTalks(int count, Func<long, long> threadOf, Func<long, long> senderOf, Func<long, long> receiverOf, long messages)
    {
        await using var transaction = await database.BeginTransactionAsync();
        var people = new Dictionary<long, Person>();
        var talks = new List<Talk>();
        for (var i = 0; i < count; i++)
        {
            var thread = threadOf(i);
            talks.Add(new Talk(await Find(senderOf(thread)), await Find(receiverOf(thread)), new Id(thread), messages));
        }
        await transaction.CommitAsync();
        return talks;

        async Task<Person> Find(long id) => people.TryGetValue(id, out var person) ? person : people[id] = await AddSession(id);
    }

    // Everything is read. `place` is the first one's version before the thread; the other's versions are those of this thread alone. So many threads
    // at a time lie among each other on disk as they do where people talk, and the indexes' pages that they grow fit into memory.
    private async Task AddThreads(long first, long threads, long messages, string a, string b, string place)
    {
        var said = Stopwatch.GetTimestamp();
        for (var done = 0L; done < threads; done += ThreadsAtATime)
        {
            await AddSomeThreads(first + done, Math.Min(threads - done, ThreadsAtATime), messages, a, b, place);
            if (Stopwatch.GetElapsedTime(said) < SayEvery)
                continue;
            said = Stopwatch.GetTimestamp();
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Math.Min(threads, done + ThreadsAtATime) * messages:N0} of {threads * messages:N0} messages are there"));
        }
    }

    private Task AddSomeThreads(long first, long threads, long messages, string a, string b, string place) => Execute($"""
        INSERT INTO threads (thread_id, direct_key, created_at, last_seq, revision)
        WITH RECURSIVE n(i) AS (SELECT CAST(@first AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < @last)
        SELECT i, ({a}) || ':' || ({b}), 0, @messages, @messages FROM n;

        INSERT INTO thread_users (user_id, thread_id, version, activity, read_seq, delivered_seq)
        WITH RECURSIVE n(i) AS (SELECT CAST(@first AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < @last)
        SELECT {a}, i, {place} + @messages, {place} + @messages, @messages, @messages FROM n
        UNION ALL SELECT {b}, i, @messages, @messages, @messages, @messages FROM n;

        UPDATE user_versions SET version = (SELECT max(version) FROM thread_users m WHERE m.user_id = user_versions.user_id)
        WHERE user_id IN (SELECT user_id FROM thread_users WHERE thread_id BETWEEN @first AND @last);

        INSERT INTO messages (thread_id, seq, revision, user_id, cid, text, sent_at)
        WITH RECURSIVE m(seq) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT seq + 1 FROM m WHERE seq < @messages),
        n(i) AS (SELECT CAST(@first AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < @last)
        SELECT i, seq, seq, CASE WHEN (seq + i) % 3 = 0 THEN {a} ELSE {b} END, 'cid-' || seq,
               substr('{Text}', 1, CAST(20 + (seq * 31 + i * 17) % 180 AS integer)), 1750000000000 + seq * 60000
        FROM m CROSS JOIN n;
        """, new { first, last = first + threads - 1, messages });

    private async Task Execute(string sql, object values)
    {
        await using var transaction = await database.BeginTransactionAsync();
        await database.ExecuteAsync(sql, values, transaction, commandTimeout: 0);
        await transaction.CommitAsync();
    }
}
