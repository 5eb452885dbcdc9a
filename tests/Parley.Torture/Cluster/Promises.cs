using System.Net.Http.Headers;
using System.Net.Http.Json;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Torture.Cluster;

/// <summary>What must hold between nodes while nothing fails: a session that has ended is over everywhere, and a cid is one message.</summary>
internal sealed class Promises : IDisposable
{
    private const int Times = 50, AttemptsMax = 3;
    private const string Password = "a password for the harness";

    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(500), Grace = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(10),
        EndPatience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new() { Timeout = Patience };
    private readonly Nodes _nodes;
    private readonly Person _one;
    private readonly Person _other;
    private int _number;

    private Promises(Nodes nodes, Person one, Person other, Id thread) => (_nodes, _one, _other, Thread) = (nodes, one, other, thread);

    /// <summary>The thread of the two who try it.</summary>
    public Id Thread { get; }

    /// <summary>What did not hold, in words.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>Per revocation: how long after the 204 the last frame came, in milliseconds; 0 for none.</summary>
    public List<long> LastFrames { get; } = [];

    /// <summary>Per revocation: how long after the 204 the socket was closed, in milliseconds.</summary>
    public List<long> Closings { get; } = [];

    /// <summary>Signs two people up.</summary>
    public static async Task<Promises> Make(Nodes nodes, Uri balancer)
    {
        using var api = new Api(balancer);
        var (one, other) = (await api.SignUp("One", "promise1", Password), await api.SignUp("Other", "promise2", Password));
        return new Promises(nodes, one, other, (await api.StartThread(one, other)).Id);
    }

    /// <summary>The same message many times at once, spread over all nodes: one is new, and all get the same answer.</summary>
    public Task SendOnceFiftyTimes() => WhileAllStay(async broken =>
    {
        var cid = $"same-{++_number}";
        var answers = await Task.WhenAll(Enumerable.Range(0, Times).Select(async i =>
        {
            using var answer = await Ask(HttpMethod.Post, i % _nodes.Count, $"threads/{Thread}/messages", _one.Token, new SendRequest(cid, "Only once."));
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }));
        if (answers.Count(answer => answer.Item1 == 201) != 1 || answers.Any(answer => answer.Item1 is not (200 or 201)))
            broken.Add($"{cid} was answered {string.Join(", ", answers.GroupBy(answer => answer.Item1).Select(group => $"{group.Count()} × {group.Key}"))}");
        if (answers.Select(answer => answer.Item2).Distinct().Count() != 1)
            broken.Add($"{cid} had {answers.Select(answer => answer.Item2).Distinct().Count()} different answers");
        using var api = new Api(_nodes[_number % _nodes.Count].Address);
        var rows = (await api.GetHistory(_other, Thread)).Count(message => message.Cid == cid);
        if (rows != 1)
            broken.Add($"{cid} is there {rows} times");
    });

    /// <summary>A session is ended through one node while its socket is on another and messages keep coming through any.</summary>
    public Task EndSession(int socketOn, int endedOn) => WhileAllStay(async broken =>
    {
        using var signedIn = await Ask(HttpMethod.Post, socketOn, "sessions", null, new SignInRequest("promise1", Password, true));
        var token = (await signedIn.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(WireJson.Wire.SignedIn))!.Token!;
        using var listed = await Ask<object>(HttpMethod.Get, socketOn, "sessions", token, null);
        var session = (await listed.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(WireJson.Wire.SessionsAnswer))!.Sessions.Single(session => session.Current).Id;

        using var late = new CancellationTokenSource(Patience);
        using var connection = await Connection.Open(_nodes[socketOn].Address, _one with { Token = token }, new { type = "hello" }, late.Token);
        long lastFrame = 0;
        var reading = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    await connection.Read(late.Token);
                    Volatile.Write(ref lastFrame, Environment.TickCount64);
                }
            }
            catch (Exception error) when (Failure.IsPassing(error))
            {
                return Environment.TickCount64;
            }
        });
        using var talking = new CancellationTokenSource();
        var talk = Talk(talking.Token);
        long at, closed;
        try
        {
            await Task.Delay(Calm);
            if (Volatile.Read(ref lastFrame) == 0)
                broken.Add("a socket heard nothing before its session was ended");
            using var ended = await Ask<object>(HttpMethod.Delete, endedOn, $"sessions/{session}", _one.Token, null);
            at = Environment.TickCount64;
            if ((int)ended.StatusCode != 204)
                broken.Add($"ending a session was answered {(int)ended.StatusCode}");
            closed = await reading;
        }
        finally
        {
            await talking.CancelAsync();
        }
        await talk;
        LastFrames.Add(Math.Max(0, lastFrame - at));
        Closings.Add(Math.Max(0, closed - at));
        if (lastFrame - at > Grace.TotalMilliseconds)
            broken.Add($"a frame came {lastFrame - at} ms after its session was ended");
        if (connection.CloseCode != 4401)
            broken.Add($"the socket of a session that was ended was closed with {connection.CloseCode?.ToString() ?? "nothing"} after {closed - at} ms");
    });

    public void Dispose() => _http.Dispose();

    // The others may give a node up that was frozen or starved until just now, and it begins anew: what is tried meanwhile is tried again, and
    // nothing before all are there.
    private async Task WhileAllStay(Func<List<string>, Task> attempt)
    {
        for (var tries = 1; ; tries++)
        {
            await _nodes.WaitUntilReady();
            var ended = _nodes.EndedByThemselves;
            var broken = new List<string>();
            try
            {
                await attempt(broken);
            }
            catch (Exception error) when (Failure.IsPassing(error))
            {
                broken.Add($"what must hold between nodes could not be tried: {error.Message}");
            }
            if (broken.Count == 0)
                return;
            if (tries == AttemptsMax || !await OneEnded(ended))
            {
                Broken.AddRange(broken);
                return;
            }
        }
    }

    private async Task<bool> OneEnded(int before)
    {
        var until = Environment.TickCount64 + (long)EndPatience.TotalMilliseconds;
        while (_nodes.EndedByThemselves == before && Environment.TickCount64 < until)
            await Task.Delay(50);
        return _nodes.EndedByThemselves != before;
    }

    // So that there is always something that an ended session could still hear.
    private async Task Talk(CancellationToken stop)
    {
        for (var node = 0; !stop.IsCancellationRequested; node = (node + 1) % _nodes.Count)
        {
            using var answer = await Ask(HttpMethod.Post, node, $"threads/{Thread}/messages", _other.Token, new SendRequest($"talk-{++_number}", "Are you there?"));
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private async Task<HttpResponseMessage> Ask<T>(HttpMethod method, int node, string path, string? token, T? body)
        where T : class
    {
        using var request = new HttpRequestMessage(method, new Uri(_nodes[node].Address, $"/api/{path}"));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = JsonContent.Create(body, options: WireJson.Wire.Options);
        return await _http.SendAsync(request);
    }
}
