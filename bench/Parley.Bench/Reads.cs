using System.Diagnostics;
using System.Net.Http.Headers;
using Parley.Client;

namespace Parley.Bench;

/// <summary>
/// What is read again and again over HTTP, so many at a time: pages of long threads, or the beginning of a long list. Answers are not parsed, since that
/// would cost more than the server takes; a token of the next page is looked for in their bytes.
/// </summary>
internal sealed class Reads
{
    private const int HistoryThreads = 16, MessagesInThread = 20_000;

    public required Setting Setting { get; init; }
    /// <summary>How many threads the list has.</summary>
    public required int Threads { get; init; }

    public required int AtOnce { get; init; }
    public required TimeSpan Duration { get; init; }
    public required int Runs { get; init; }

    /// <summary>Pages of 50, from the newest to the oldest, of threads of 20,000 messages; 16 people read, each their own thread.</summary>
    public Task<int> MeasureHistory()
    {
        IReadOnlyList<Talk> talks = [];
        return Servers.Measure(
            Setting,
            servers => Measure("history", servers, async (http, reader, token) =>
            {
                var talk = talks[reader % talks.Count];
                var path = $"/api/threads/{talk.Thread}/messages?limit=50{(token is null ? "" : $"&pageToken={Uri.EscapeDataString(token)}")}";
                return FindToken(await Get(http, talk.Receiver, path), "\"olderPageToken\":\""u8);
            }),
            async population => talks = await population.AddPairs(HistoryThreads, MessagesInThread));
    }

    /// <summary>The first 50 threads of someone who has many, as every start of a client asks for them.</summary>
    public Task<int> MeasureBootstrap()
    {
        IReadOnlyList<Talk> talks = [];
        return Servers.Measure(
            Setting,
            servers => Measure("bootstrap", servers, async (http, _, _) =>
            {
                await Get(http, talks[0].Receiver, "/api/bootstrap?limit=50");
                return null;
            }),
            async population => talks = await population.AddStar(Threads));
    }

    private async Task Measure(string what, Servers servers, Func<HttpClient, int, string?, Task<string?>> read)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = AtOnce }) { BaseAddress = servers.Addresses[0] };
        await WarmUp.Run(round => Run(servers, http, round, read));
        var runs = new List<Measured>();
        foreach (var _ in Progress.Count("run", Runs))
            runs.Add(await Run(servers, http, Duration, read));
        var median = Measured.MedianOf(runs);
        Figures.Print(
            servers.RoundTrip,
            new { bench = what, engine = Setting.Engine, atOnce = AtOnce, seconds = Duration.TotalSeconds, median, runs },
            $"{Setting.Engine}, {what}, {AtOnce} at a time: {median.PerSecond:N0} a second ({runs.Min(run => run.PerSecond):N0}–{runs.Max(run => run.PerSecond):N0}), p50 {median.P50:0.00} ms, p99 {median.P99:0.00} ms; {median.DescribeCost(Setting)}");
    }

    private async Task<Measured> Run(Servers servers, HttpClient http, TimeSpan duration, Func<HttpClient, int, string?, Task<string?>> read)
    {
        using var over = new CancellationTokenSource(duration);
        var end = Consumed.Begin(servers);
        var latencies = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(reader => Task.Run(async () =>
        {
            var took = new List<double>();
            for (string? token = null; !over.IsCancellationRequested;)
            {
                var asked = Stopwatch.GetTimestamp();
                token = await read(http, reader, token);
                took.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            }
            return took;
        })));
        return Measured.From(latencies.SelectMany(list => list), end());
    }

    private static async Task<byte[]> Get(HttpClient http, Person person, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.Token);
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync();
    }

    private static string? FindToken(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> before)
    {
        var at = answer.IndexOf(before);
        if (at < 0)
            return null;
        answer = answer[(at + before.Length)..];
        return System.Text.Encoding.ASCII.GetString(answer[..answer.IndexOf((byte)'"')]);
    }
}
