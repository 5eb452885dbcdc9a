using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Npgsql;
using Parley.Client;
using Parley.Protocol;
using Parley.Tests.Structure;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

/// <summary>What the program hands out to whoever watches it.</summary>
public sealed partial class MetricsTests : IDisposable
{
    private const string Mark = "zxsecret", Elsewhere = "203.0.113.9", Password = $"{Mark} pass phrase";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-metrics-");
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task After_people_have_talked_each_count_is_right_and_nothing_private_is_in_it()
    {
        await using var server = new ServerProcess(Program, _folder.FullName, "--metrics-port", "0") { HasLimits = true };
        await server.Start();
        var metrics = await FindMetrics(server);
        Assert.DoesNotContain("parley_readiness", (await Scrape(metrics)).Keys, StringComparer.Ordinal);
        using var api = new Api(server.Address, patience: TimeSpan.Zero);
        var (ada, bob) = (await api.SignUp($"{Mark} Ada", $"{Mark}_ada", Password), await api.SignUp($"{Mark} Bob", $"{Mark}_bob", Password));
        var thread = (await api.StartThread(ada, bob)).Id;
        var start = await api.Bootstrap(bob);

        foreach (var cid in new[] { "one", "two", "two", "three" })
            await api.Send(ada, thread, $"{Mark}-{cid}", $"{Mark} text");
        using (var adas = await Connection.Open(server.Address, ada, new { type = "hello" }, CancellationToken.None))
        using (var bobs = await Connection.Open(server.Address, bob, new { type = "hello", epoch = start.Epoch, version = start.Version }, CancellationToken.None))
        using (var strange = await Connection.Open(server.Address, bob, new { type = "hello", epoch = Mark, version = 1 }, CancellationToken.None))
        {
            await Hear(bobs, "changes");
            await Hear(strange, "reset");
            foreach (var cid in new[] { "four", "five" })
            {
                await adas.Say(new { type = "send", thread = $"{thread}", cid = $"{Mark}-{cid}", text = $"{Mark} text" }, CancellationToken.None);
                await Hear(adas, "ack");
            }
            await Hear(bobs, "changes");
            var version = (await api.Bootstrap(bob)).Version;
            using var waiting = new CancellationTokenSource();
            var poll = Ask(HttpMethod.Get, server.Address, $"/api/sync?epoch={start.Epoch}&version={version}&wait=25", bob, stop: waiting.Token);
            await Eventually.Holds(() => Now("parley_sockets") == 3 && Now("parley_long_polls") == 1, "three sockets and a poll");
            await waiting.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        }
        Assert.Equal(HttpStatusCode.OK, await Ask(HttpMethod.Get, server.Address, $"/api/sync?epoch={start.Epoch}&version={start.Version}", bob));
        foreach (var password in new[] { $"{Mark} wrong", Password })
            await Ask(HttpMethod.Post, server.Address, "/api/sessions", null, $$"""{"username":"{{Mark}}_ada","password":"{{password}}","bearer":true}""");
        var refused = await SendUntilRefused(server.Address, ada, thread);
        Assert.Equal(HttpStatusCode.OK, await Ask(HttpMethod.Get, server.Address, "/api/health/ready"));

        await Eventually.Holds(() => Now("parley_sockets") == 0 && Now("parley_long_polls") == 0, "nobody listens");
        await Eventually.Holds(() => Now("parley_writer_queue") == 0 && Now("parley_announcer_queue") == 0, "nothing waits");
        var found = await Scrape(metrics);
        foreach (var (series, expected) in new (string, double)[]
        {
            ("parley_messages_sent_total way=http", 3), ("parley_messages_sent_total way=socket", 2),
            ("parley_resyncs_total reason=hello", 1), ("parley_resyncs_total reason=epoch", 1), ("parley_resyncs_total reason=poll", 1),
            ("parley_sign_ins_total result=succeeded", 1), ("parley_sign_ins_total result=wrong", 1), ("parley_sign_ins_total result=slowed", 0),
            ("parley_rate_limited_total limit=messages_of_thread", refused), ("parley_rate_limited_total limit=messages_of_account", 0),
            ("parley_pokes_total result=skipped", 0), ("parley_writer_refused_total", 0), ("parley_connections_refused_total", 0),
            ("parley_passwords_queue", 0), ("parley_photos_queue", 0), ("parley_readiness", 1),
        })
            Assert.True(found.TryGetValue(series, out var value) && value == expected, $"{series} is {value}, not {expected}.");
        Assert.True(found["parley_pokes_total result=announced"] >= 2, "Nobody was poked.");
        Assert.True(found["parley_pump_lag_seconds_count"] >= 2, "Nothing was pushed.");
        Assert.InRange(found["parley_pump_lag_seconds_sum"] / found["parley_pump_lag_seconds_count"], 0, 30);
        Assert.True(found["parley_writer_batch_size_sum"] >= found["parley_messages_sent_total way=http"] + found["parley_messages_sent_total way=socket"]);
        Assert.Equal(found["parley_writer_batch_size_count"], found["parley_writer_commit_duration_seconds_count"]);

        CheckNames(found.Keys);
        var text = await _http.GetStringAsync(metrics);
        foreach (var secret in new[] { Mark, ada.Token, bob.Token, $"{ada.Id}", $"{bob.Id}", $"{thread}", Elsewhere })
            Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase);

        double Now(string series) => Scrape(metrics).GetAwaiter().GetResult()[series];
    }

    [Fact]
    public async Task They_are_on_a_port_of_their_own_and_nothing_else_is_there()
    {
        await using var server = new ServerProcess(Program, _folder.FullName, "--metrics-port", "0");
        await server.Start();
        var metrics = await FindMetrics(server);

        Assert.Equal(HttpStatusCode.NotFound, await Ask(HttpMethod.Get, server.Address, "/api/metrics"));
        using var page = await _http.GetAsync(new Uri(server.Address, "/metrics"));
        Assert.DoesNotContain("parley_", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.NotEqual(server.Port, metrics.Port);
        Assert.True(IPAddress.IsLoopback(IPAddress.Parse(metrics.Host)), $"{metrics}");
        foreach (var path in new[] { "/", "/api/metrics", "/api/health/live", "/api/bootstrap", "/index.html" })
            Assert.Equal(HttpStatusCode.NotFound, await Ask(HttpMethod.Get, metrics, path));
    }

    [Fact]
    public async Task Where_nobody_asks_for_them_OpenTelemetry_is_not_loaded()
    {
        await using (var server = new ServerProcess(Program, _folder.FullName))
        {
            await server.Start();
            Assert.Equal(HttpStatusCode.OK, await Ask(HttpMethod.Get, server.Address, "/api/health/ready"));
            Assert.DoesNotContain("OpenTelemetry", await ReadMappedFiles(server), StringComparison.Ordinal);
        }
        await using (var server = new ServerProcess(Program, _folder.FullName, "--metrics-port", "0"))
        {
            await server.Start();
            Assert.Contains("OpenTelemetry", await ReadMappedFiles(server), StringComparison.Ordinal);
        }
    }

    [PostgresFact]
    public async Task On_PostgreSQL_the_pools_have_names_and_the_password_is_not_in_it()
    {
        var database = TestEngine.Create(_folder.FullName);
        await using (var server = new ServerProcess(Program, _folder.FullName, "--metrics-port", "0"))
        {
            server.Environment["PARLEY_DATABASE"] = database;
            await server.Start();
            var metrics = await FindMetrics(server);
            Assert.Equal(HttpStatusCode.OK, await Ask(HttpMethod.Get, server.Address, "/api/health/ready"));
            var text = await _http.GetStringAsync(metrics);
            Assert.Contains("db_client_connection_pool_name=\"parley writes\"", text, StringComparison.Ordinal);
            Assert.DoesNotContain(new NpgsqlConnectionStringBuilder(database).Password!, text, StringComparison.Ordinal);
        }
        TestEngine.Release(database);
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "parley.dll");

    private static Task<string> ReadMappedFiles(ServerProcess server) => File.ReadAllTextAsync($"/proc/{server.Id}/maps");

    private static async Task<Uri> FindMetrics(ServerProcess server)
    {
        string? line = null;
        await Eventually.Holds(() => (line = Said(server).Find(said => said.StartsWith("Its metrics are at ", StringComparison.Ordinal))) is not null, "it says where");
        return new Uri(Address().Match(line!).Value);
    }

    private static List<string> Said(ServerProcess server)
    {
        lock (server.Output)
            return [.. server.Output];
    }

    /// <summary>The series by name, with the one tag of ours that each may have.</summary>
    private async Task<Dictionary<string, double>> Scrape(Uri metrics)
    {
        var series = new Dictionary<string, double>();
        foreach (Match line in Series().Matches(await _http.GetStringAsync(metrics)))
        {
            var tag = Tag().Match(line.Groups[2].Value);
            series[line.Groups[1].Value + (tag.Success ? $" {tag.Groups[1]}={tag.Groups[2]}" : "")] = double.Parse(line.Groups[3].Value);
        }
        return series;
    }

    /// <summary>Every metric of the catalogue is handed out, and the dashboard shows them all and asks for nothing that is not there.</summary>
    private static void CheckNames(IEnumerable<string> series)
    {
        var there = series.Select(name => name.Split(' ')[0]).ToHashSet();
        var asked = Asked().Matches(Repository.Read("deploy/grafana/parley.json")).Select(match => match.Value)
            .Where(name => !name.StartsWith("http_r", StringComparison.Ordinal) && name is not ("aspnetcore_rate_limiting_policy" or "aspnetcore_rate_limiting_result")).ToHashSet();
        Assert.Empty(asked.Except(there));
        foreach (var instrument in MetricsDocumentTests.Instruments())
        {
            var name = instrument.Name.Replace('.', '_');
            Assert.Contains(there, found => found.StartsWith(name, StringComparison.Ordinal));
            Assert.Contains(asked, found => found.StartsWith(name, StringComparison.Ordinal));
        }
    }

    private static async Task Hear(Connection connection, string type)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await connection.Read(patience.Token)).Type != type)
        {
        }
    }

    /// <summary>Says more than one may in a thread, from elsewhere; gives how often that was refused. What is counted need not be valid.</summary>
    private async Task<int> SendUntilRefused(Uri server, Person person, Id thread)
    {
        var refused = 0;
        await Parallel.ForAsync(0, 8, async (_, stop) =>
        {
            for (var i = 0; i < 2_000 && Volatile.Read(ref refused) == 0; i++)
            {
                if (await Ask(HttpMethod.Post, server, $"/api/threads/{thread}/messages", person, """{"cid":"","text":""}""", stop) == HttpStatusCode.TooManyRequests)
                    Interlocked.Increment(ref refused);
            }
        });
        Assert.NotEqual(0, refused);
        return refused;
    }

    private async Task<HttpStatusCode> Ask(
        HttpMethod method, Uri server, string path, Person? person = null, string? json = null, CancellationToken stop = default)
    {
        using var request = new HttpRequestMessage(method, new Uri(server, path)) { Content = json is null ? null : ParleyApi.Text(json) };
        request.Headers.Add("X-Forwarded-For", Elsewhere);
        if (person is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.Token);
        using var answer = await _http.SendAsync(request, stop);
        return answer.StatusCode;
    }

    [GeneratedRegex(@"http://[0-9.:]+/metrics")]
    private static partial Regex Address();

    // "parley_sockets{otel_scope_name="Parley"} 3"
    [GeneratedRegex(@"^([a-z_0-9]+)(\{[^}]*\})? (\S+)", RegexOptions.Multiline)]
    private static partial Regex Series();

    [GeneratedRegex("[{,](way|result|reason|limit)=\"([a-z_]+)\"")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\b(parley|http|kestrel|dotnet|aspnetcore)_[a-z_]+")]
    private static partial Regex Asked();
}
