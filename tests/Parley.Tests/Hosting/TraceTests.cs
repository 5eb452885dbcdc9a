using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Parley.Client;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

/// <summary>What a request waited for, as whoever traces it sees it.</summary>
public sealed class TraceTests : IDisposable
{
    private const string Mark = "zxsecret";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-traces-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_request_leads_to_its_command_the_batch_links_to_it_and_commit_and_announcement_lie_below_the_batch()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Parley",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await TestServer.Start();
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);

        // The header that HttpClient sends for it makes it the parent of what the server does, and sets it apart from other tests'.
        using (var request = new Activity("test").Start())
        {
            await ada.Send(thread, "hello");
            var command = await Ended("SendMessage", span => span.TraceId == request.TraceId);
            var batch = await Ended("batch", span => span.Links.Any(link => link.Context == command.Context));
            Assert.NotEqual(request.TraceId, batch.TraceId);
            Assert.Equal(default, batch.ParentSpanId);
            await Ended("commit", span => span.ParentSpanId == batch.SpanId);
            await Ended("announce", span => span.ParentSpanId == batch.SpanId);
            Assert.True(batch.StartTimeUtc >= command.StartTimeUtc, "The batch began before the command came.");
        }

        async Task<Activity> Ended(string name, Func<Activity, bool> isIt)
        {
            Activity? found = null;
            await Eventually.Holds(() => (found = ended.FirstOrDefault(span => span.OperationName == name && isIt(span))) is not null, name);
            return found!;
        }
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task A_collector_that_hangs_does_not_keep_the_server_from_stopping(string protocol)
    {
        // The system takes the connections; nobody ever answers on them.
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();
        await using var server = new ServerProcess(Path.Combine(AppContext.BaseDirectory, "parley.dll"), _folder.FullName);
        server.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://{collector.LocalEndpoint}";
        server.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol;
        await server.Start();
        using var api = new Api(server.Address, patience: TimeSpan.Zero);
        await api.SignUp("Ada", "ada", "a pass phrase nobody has");
        await server.Stop();
        Assert.Equal(0, server.ExitCode);
    }

    [Fact]
    public async Task A_collector_gets_traces_and_metrics_without_anything_private()
    {
        var received = new ConcurrentDictionary<string, ConcurrentQueue<string>>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var collector = builder.Build();
        collector.Urls.Add("http://127.0.0.1:0");
        collector.MapPost("/v1/{kind}", async (string kind, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            // Protocol buffers hold texts as they are.
            received.GetOrAdd(kind, _ => new()).Enqueue(Encoding.Latin1.GetString(body.ToArray()));
        });
        await collector.StartAsync();
        await using var server = new ServerProcess(Path.Combine(AppContext.BaseDirectory, "parley.dll"), _folder.FullName);
        server.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.Single();
        server.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        server.Environment["OTEL_BSP_SCHEDULE_DELAY"] = server.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "200";
        await server.Start();
        using var api = new Api(server.Address, patience: TimeSpan.Zero);
        var (ada, bob) = (await api.SignUp($"{Mark} Ada", $"{Mark}_ada", $"{Mark} pass phrase"), await api.SignUp($"{Mark} Bob", $"{Mark}_bob", $"{Mark} pass phrase"));
        var thread = (await api.StartThread(ada, bob)).Id;
        await api.Send(ada, thread, $"{Mark}-1", $"{Mark} text");
        using (var http = new HttpClient { BaseAddress = server.Address })
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", ada.Token);
            Assert.NotEmpty(await http.GetStringAsync($"/api/users?query={Mark}"));
        }

        await Eventually.Holds(() => Has("traces", "SendMessage") && Has("traces", "batch") && Has("traces", "commit") && Has("traces", "announce"), "spans");
        await Eventually.Holds(() => Has("traces", "/api/users"), "requests");
        await Eventually.Holds(() => Has("metrics", "parley.messages.sent") && Has("metrics", "http.server.request.duration"), "metrics");
        await server.Stop();
        Assert.All(received.Values.SelectMany(bodies => bodies), body =>
        {
            Assert.DoesNotContain(Mark, body, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(ada.Token, body, StringComparison.Ordinal);
        });

        bool Has(string kind, string text) => received.TryGetValue(kind, out var bodies) && bodies.Any(body => body.Contains(text, StringComparison.Ordinal));
    }
}
