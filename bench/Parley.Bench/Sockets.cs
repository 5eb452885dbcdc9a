using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Bench;

/// <summary>
/// As many people as sockets, in pairs that have a thread; all on this machine, so that its limit of open files says how many. They are in the
/// database beforehand, so that no password is hashed.
/// </summary>
internal sealed class Sockets : IDisposable
{
    private const int SendsAtOnce = 64;

    // What server and bench have open beside them.
    private const int OtherFiles = 1_000;

    // Of the 28,000 ports of one, and those of sockets that were closed a minute ago are not free again yet.
    private const int SocketsOfAddress = 2_500;

    // As the SDK does: at a random moment, and with more patience each time.
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1), WaitMax = TimeSpan.FromSeconds(10), Patience = TimeSpan.FromMinutes(5);

    private readonly int _count;
    private readonly List<Person> _people = [];
    private readonly Listener?[] _listeners;
    private readonly long[] _versions;
    private int _said;

    /// <param name="count">How many.</param>
    public Sockets(int count) => (_count, _listeners, _versions) = (count, new Listener?[count], new long[count]);

    /// <summary>How many there can be at the most, by the limit of open files.</summary>
    public static int CountMax { get; } = ReadLimitOfFiles() - OtherFiles;

    /// <summary>Someone of them.</summary>
    public Person Anyone => _people[0];

    private int ThreadCount => (_count + 1) / 2;

    /// <summary>Puts them into an empty database, with a message in each thread, which all of them have.</summary>
    public async Task Fill(DbConnection database)
    {
        await Population.AddPeople(database, 2 * ThreadCount);
        await Population.AddPairs(database, first: 1, ThreadCount, messages: 1);
        _people.AddRange(await Population.AddSessions(database, _count));
        Array.Fill(_versions, 1);
    }

    /// <summary>Says one thing in each thread.</summary>
    public Task Say(Api api)
    {
        var cid = string.Create(CultureInfo.InvariantCulture, $"news-{++_said}");
        return Parallel.ForAsync(0, ThreadCount, new ParallelOptions { MaxDegreeOfParallelism = SendsAtOnce }, async (thread, _) =>
            await api.Send(_people[2 * thread], new Id(thread + 1), cid, "Are you there?"));
    }

    /// <summary>Connects all; returns how long each took to be in sync, in milliseconds since the beginning.</summary>
    /// <param name="servers">To the first of these.</param>
    /// <param name="epoch">The server's.</param>
    /// <param name="within">The time in which they come, each at a random moment.</param>
    /// <exception cref="TimeoutException">Some were not in sync five minutes later.</exception>
    public async Task<double[]> Connect(Servers servers, string epoch, TimeSpan within)
    {
        using var late = new CancellationTokenSource(within + Patience);
        var began = Stopwatch.GetTimestamp();
        try
        {
            return await Task.WhenAll(Enumerable.Range(0, _count).Select(ConnectOne));
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture,
                $"{_listeners.Count(listener => listener is not null):N0} of {_count:N0} sockets were in sync after {Patience.TotalMinutes:0} minutes."));
        }

        async Task<double> ConnectOne(int i)
        {
            await Task.Delay(within * Random.Shared.NextDouble(), late.Token);
            for (var wait = FirstWait; ; wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, WaitMax.Ticks)))
            {
                try
                {
                    _listeners[i] = await Listener.Open(servers.Addresses[0], _people[i], epoch, _versions[i], SomeAddress(), late.Token);
                    return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                }
                catch (Exception error) when (Failure.IsPassing(error) && !servers.HaveEnded)
                {
                    await Task.Delay(wait * Random.Shared.NextDouble(), late.Token);
                }
            }
        }
    }

    /// <summary>Closes all; each keeps the version that it has.</summary>
    public void Close()
    {
        for (var i = 0; i < _count; i++)
        {
            if (_listeners[i] is not { } listener)
                continue;
            listener.Dispose();
            (_versions[i], _listeners[i]) = (listener.Version, null);
        }
    }

    public void Dispose() => Close();

    private IPAddress SomeAddress() => IPAddress.Parse($"127.0.0.{2 + Random.Shared.Next(1 + (_count / SocketsOfAddress))}");

    // "Max open files  20000  20000  files": .NET takes what it may have, and so does a server that it starts.
    private static int ReadLimitOfFiles()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return int.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture, out var limit) ? limit : int.MaxValue;
    }
}
