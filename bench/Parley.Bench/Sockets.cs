using System.Diagnostics;
using System.Globalization;
using System.Net;
using Parley.Client;

namespace Parley.Bench;

/// <summary>
/// Sockets of people in pairs that have a thread; of as many people as sockets, or of fewer who have several each. Where the server is on this
/// machine too, the limit of open files says how many.
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

    private readonly int _count, _peopleCount;
    private readonly Listener?[] _listeners;
    private IReadOnlyList<Talk> _talks = [];
    private List<Person> _people = [];
    private long[] _versions = [];

    /// <param name="count">How many.</param>
    /// <param name="people">Of how many people; no more than sockets.</param>
    public Sockets(int count, int people) => (_count, _peopleCount, _listeners) = (count, people, new Listener?[count]);

    /// <summary>How many there can be at the most, by the limit of open files.</summary>
    public static int CountMax { get; } = ReadLimitOfFiles() - OtherFiles;

    /// <summary>Someone of them.</summary>
    public Person Anyone => _people[0];

    /// <summary>Makes them, with a message in each thread, which all of them have.</summary>
    public async Task Fill(IPopulation population)
    {
        _talks = await population.AddPairs((_peopleCount + 1) / 2, messages: 1);
        _people = [.. _talks.SelectMany(talk => (Person[])[talk.Sender, talk.Receiver]).Take(_peopleCount)];
        var versions = await population.ReadVersions(_people);
        _versions = [.. Enumerable.Range(0, _count).Select(i => versions[i % _peopleCount])];
    }

    /// <summary>Says one thing in each thread.</summary>
    public Task Say(Api api) => Parallel.ForEachAsync(_talks, new ParallelOptions { MaxDegreeOfParallelism = SendsAtOnce }, async (talk, _) =>
        await api.Send(talk.Sender, talk.Thread, Guid.CreateVersion7().ToString(), "Are you there?"));

    /// <summary>Connects all; returns how long each took to be in sync, in milliseconds since the beginning.</summary>
    /// <param name="servers">To these, in turns.</param>
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
            var server = servers.Addresses[i % servers.Addresses.Count];
            var from = server is { IsLoopback: true, HostNameType: not UriHostNameType.IPv6 } ? SomeAddress() : null;
            for (var wait = FirstWait; ; wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, WaitMax.Ticks)))
            {
                try
                {
                    _listeners[i] = await Listener.Open(server, _people[i % _peopleCount], epoch, _versions[i], from, late.Token);
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
