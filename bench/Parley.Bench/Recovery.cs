using Parley.Client;

namespace Parley.Bench;

/// <summary>
/// How long a kill -9 silences people: a few talk, at a pace that leaves the machine to the server, which is killed and started again and again.
/// Counted from the kill to the first acknowledgement that reaches anyone.
/// </summary>
internal sealed class Recovery
{
    private const int People = 16;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100), Retry = TimeSpan.FromMilliseconds(50), Calm = TimeSpan.FromSeconds(3), Patience = TimeSpan.FromMinutes(2);

    private IReadOnlyList<Talk> _talks = [];
    private long _acknowledgedAt;

    public required Setting Setting { get; init; }
    public required int Times { get; init; }

    /// <summary>Measures, and prints both lines.</summary>
    public Task<int> Measure() => Servers.Measure(Setting, Measure, async population => _talks = await population.AddPairs(People / 2, messages: 1));

    private async Task Measure(Servers servers)
    {
        using var api = new Api(servers.Addresses[0], patience: TimeSpan.Zero);
        using var stop = new CancellationTokenSource();
        var talks = _talks.Select(talk => Talk(api, talk, stop.Token)).ToList();
        List<double> acknowledged = [], listening = [];
        foreach (var _ in Progress.Count("kill -9", Times))
        {
            await Task.Delay(Calm, stop.Token);
            var killed = Environment.TickCount64;
            await servers.Crash();
            while (Volatile.Read(ref _acknowledgedAt) < servers.ListeningSince)
            {
                if (servers.HaveEnded || Environment.TickCount64 - killed > Patience.TotalMilliseconds)
                    throw new TimeoutException($"Nobody was acknowledged within {Patience.TotalSeconds:0} s.");
                await Task.Delay(1, stop.Token);
            }
            acknowledged.Add(Volatile.Read(ref _acknowledgedAt) - killed);
            listening.Add(servers.ListeningSince - killed);
        }
        await stop.CancelAsync();
        await Task.WhenAll(talks);
        acknowledged.Sort();
        listening.Sort();
        var (p50, p90, most) = (Figures.Percentile(acknowledged, 50), Figures.Percentile(acknowledged, 90), acknowledged[^1]);
        var listens = Figures.Percentile(listening, 50);
        Figures.Print(
            servers.RoundTrip,
            new { bench = "recovery", engine = Setting.Engine, people = People, times = Times, after = Setting.Blow, p50, p90, most, listening = listens },
            $"{Setting.Engine}, {People} people, {Times} times: first acknowledgement {p50:0} ms after {Setting.Blow}, p90 {p90:0} ms, {most:0} ms at the most; of it {listens:0} ms until the server {(Setting.Url is null ? "listens" : "is ready")}");
    }

    /// <summary>Someone says something at a pace, each message until it is acknowledged.</summary>
    private async Task Talk(Api api, Talk talk, CancellationToken stop)
    {
        for (var cid = NewCid(); !stop.IsCancellationRequested;)
        {
            try
            {
                await api.Send(talk.Sender, talk.Thread, cid, "Still there?");
                Volatile.Write(ref _acknowledgedAt, Environment.TickCount64);
                cid = NewCid();
                await Task.Delay(Pace, CancellationToken.None);
            }
            catch (Exception error) when (Failure.IsPassing(error))
            {
                await Task.Delay(Retry, CancellationToken.None);
            }
        }
    }

    private static string NewCid() => Guid.CreateVersion7().ToString();
}
