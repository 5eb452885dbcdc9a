using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Torture;

/// <summary>
/// Everyone comes back at once: as many people as sockets, each with a thread in which something was said while nobody listened. The
/// server is killed and started, and all connect with the version they had. Sessions and people are put into the database beforehand,
/// so that no password is hashed.
/// </summary>
internal sealed class Storm(string program, int sockets, FileInfo? report)
{
    private const int SendsAtOnce = 64, AddressesInUse = 8;

    // As the SDK does: soon, at a random moment, and with more patience each time.
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500), WaitMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(30), Patience = TimeSpan.FromMinutes(5);

    private readonly List<Person> _people = [];
    private readonly List<Id> _threads = [];
    private string _epoch = "";

    /// <summary>Runs it; the exit code is 0 when all came to be in sync.</summary>
    public async Task<int> Run()
    {
        var data = Directory.CreateTempSubdirectory("parley-storm-").FullName;
        try
        {
            await using var server = new ServerProcess(program, data);
            await server.Start();
            await server.Stop();
            Populate(Path.Combine(data, "parley.db"));
            await server.Start();
            using var api = new Api(server.Address);
            _epoch = (await api.Bootstrap(_people[0])).Epoch;

            var roundTrip = RoundTrip.Measure();
            var before = server.Memory;
            var (first, open) = await Connect(server.Address, version: 0, keepOpen: true);
            var bytes = server.Memory - before;
            foreach (var connection in open)
                connection.Dispose();
            await Parallel.ForAsync(0, _threads.Count, new ParallelOptions { MaxDegreeOfParallelism = SendsAtOnce }, async (thread, _) =>
                await api.Send(_people[2 * thread], _threads[thread], $"storm-{thread}", "Are you there?"));
            server.Kill();
            await server.Start();
            var (storm, _) = await Connect(server.Address, version: 1, keepOpen: false);

            Console.WriteLine(JsonSerializer.Serialize(
                new { bench = "storm", roundTrip, engine = "sqlite", sockets, bytes, connected = first[^1], median = storm[storm.Count / 2], inSync = storm[^1] },
                JsonSerializerOptions.Web));
            Console.WriteLine(FormattableString.Invariant($"""
                {sockets:N0} sockets: all connected in {first[^1] / 1000:0.0} s; {bytes / 1000.0 / sockets:0.0} kB of the server's memory each
                after kill -9, from listening to in sync: median {storm[storm.Count / 2] / 1000:0.0} s, all {storm[^1] / 1000:0.0} s
                a byte to another thread and back takes {roundTrip:0.0} µs here
                """));
            var results = new Results();
            results.Add($"[S9] {sockets:N0} sockets come back at once after kill -9, and all are in sync", storm.Count == sockets);
            results.Print(report);
            return results.IsClean ? 0 : 1;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>Connects all at the same time; returns when each was in sync, in milliseconds since the beginning, in order.</summary>
    private async Task<(List<double> Times, List<Connection> Open)> Connect(Uri server, long version, bool keepOpen)
    {
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = ConnectFromOneOfManyAddresses });
        using var late = new CancellationTokenSource(Patience);
        var began = Stopwatch.GetTimestamp();
        var times = new List<double>(sockets);
        var open = new List<Connection>(sockets);
        await Task.WhenAll(_people.Select(person => Task.Run(async () =>
        {
            for (var wait = FirstWait; !late.IsCancellationRequested; wait = TimeSpan.FromMilliseconds(Math.Min(wait.TotalMilliseconds * 2, WaitMax.TotalMilliseconds)))
            {
                try
                {
                    await Task.Delay(wait * Random.Shared.NextDouble(), late.Token);
                    var connection = await CatchUp(server, person, version, invoker, late.Token);
                    lock (times)
                    {
                        times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                        open.Add(connection);
                    }
                    return;
                }
                catch (Exception error) when (Device.IsFailure(error))
                {
                    // The next try waits longer.
                }
            }
        })));
        times.Sort();
        if (!keepOpen)
            open.ForEach(connection => connection.Dispose());
        return (times, open);
    }

    /// <summary>One socket: from its version to the one that the welcome names.</summary>
    private async Task<Connection> CatchUp(Uri server, Person person, long version, HttpMessageInvoker invoker, CancellationToken stop)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(TryTimeout);
        var connection = await Connection.Open(server, person, new { type = "hello", epoch = _epoch, version }, late.Token, invoker);
        try
        {
            long? target = null;
            while (version < (target ?? long.MaxValue))
            {
                var (type, bytes) = await connection.Read(late.Token);
                if (type == "welcome")
                    target = JsonSerializer.Deserialize(bytes.Span, WireJson.Wire.WelcomeFrame)!.Version;
                else if (type == "changes" && JsonSerializer.Deserialize(bytes.Span, WireJson.Wire.ChangesFrame) is { } changes && changes.From <= version)
                    version = Math.Max(version, changes.To);
            }
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // One address has too few ports for all.
    private static async ValueTask<Stream> ConnectFromOneOfManyAddresses(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse($"127.0.0.{2 + Random.Shared.Next(AddressesInUse)}"), 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Two people a thread, each with a session.</summary>
    private void Populate(string database)
    {
        using var connection = SqliteFile.Open(database);
        using var transaction = connection.BeginTransaction();
        for (var i = 0; i < sockets; i++)
        {
            var id = i + 1L;
            var (token, hash) = SessionToken.Make();
            Insert("""
                INSERT INTO users (user_id, username, full_name, search_name, password_hash, security_stamp, created_at, last_active_at)
                VALUES ($id, 'person' || $id, 'Person ' || $id, 'person ' || $id, '', '', 0, 0)
                """, id);
            Insert("INSERT INTO user_versions (user_id, version) VALUES ($id, 1)", id);
            Insert("INSERT INTO sessions VALUES ($id, $id, $hash, 'storm', 0, $now)", id, hash);
            _people.Add(new Person($"Person {id}", new Id(id), token));
            if (i % 2 == 0)
                continue;
            _threads.Add(new Id(id));
            Insert("INSERT INTO threads (thread_id, direct_key, created_at) VALUES ($id, ($id - 1) || ':' || $id, 0)", id);
            Insert("INSERT INTO thread_users (user_id, thread_id, version, activity) VALUES ($id - 1, $id, 1, 1), ($id, $id, 1, 1)", id);
        }
        transaction.Commit();

        void Insert(string sql, long id, byte[]? hash = null)
        {
            using var command = new SqliteCommand(sql, connection, transaction);
            command.Parameters.AddWithValue("$id", id);
            if (hash is not null)
            {
                command.Parameters.AddWithValue("$hash", hash);
                command.Parameters.AddWithValue("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            }
            command.ExecuteNonQuery();
        }
    }
}
