using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Parley.Client;
using Parley.Protocol;
using Xunit;

namespace Parley.Tests.Hosting;

/// <summary>The program itself, told to stop while people talk.</summary>
public sealed class StopTests : IDisposable
{
    private const int Senders = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-stop-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task S12_Told_to_stop_it_is_first_not_ready_then_sends_everyone_away_and_what_it_acknowledged_is_there()
    {
        await using var server = new ServerProcess(Path.Combine(AppContext.BaseDirectory, "parley.dll"), _folder.FullName);
        server.Environment["PARLEY_DRAIN"] = "2";
        await server.Start();
        using var api = new Api(server.Address, patience: TimeSpan.Zero);
        var (ada, bob) = (await api.SignUp("Ada", "ada", "a pass phrase nobody has"), await api.SignUp("Bob", "bob", "a pass phrase nobody has"));
        var thread = (await api.StartThread(ada, bob)).Id;
        var acknowledged = new ConcurrentBag<string>();
        var failures = new ConcurrentBag<Exception>();
        var bye = HearBye(server.Address, bob);
        var senders = Enumerable.Range(0, Senders).Select(_ => Task.Run(() => Talk(api, ada, thread, acknowledged, failures))).ToList();
        while (acknowledged.Count < 20)
            await Task.Delay(5);

        var notReady = SeeNotReady(server.Address);
        var stopped = server.Stop();
        var (redAt, byeAt) = (await notReady.WaitAsync(Patience), await bye.WaitAsync(Patience));
        await stopped;
        await Task.WhenAll(senders).WaitAsync(Patience);

        Assert.Equal(0, server.ExitCode);
        Assert.True(redAt < byeAt, "People were sent away before readiness was red.");
        // What fails at the end is a connection that is not taken any more, or a refusal that says so; never an answer that is wrong.
        Assert.All(failures, failure => Assert.True(failure is HttpRequestException or Refusal { Code: ErrorCode.Unavailable }, $"{failure}"));
        await server.Start();
        var stored = (await api.GetHistory(ada, thread)).Select(message => message.Cid).ToList();
        Assert.Equal(stored.Distinct(), stored);
        Assert.Empty(acknowledged.Except(stored));
        await server.Stop();
    }

    private static async Task Talk(Api api, Person ada, Id thread, ConcurrentBag<string> acknowledged, ConcurrentBag<Exception> failures)
    {
        while (failures.Count < Senders)
        {
            var cid = Guid.CreateVersion7().ToString();
            try
            {
                await api.Send(ada, thread, cid, "Are you still there?");
                acknowledged.Add(cid);
            }
            catch (Exception failure)
            {
                failures.Add(failure);
                return;
            }
        }
    }

    private static async Task<long> HearBye(Uri address, Person person)
    {
        using var connection = await Connection.Open(address, person, new { type = "hello" }, CancellationToken.None);
        while (true)
        {
            var (type, _) = await connection.Read(CancellationToken.None);
            if (type == "bye")
                return Stopwatch.GetTimestamp();
        }
    }

    private static async Task<long> SeeNotReady(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        while (true)
        {
            using var answer = await http.GetAsync("/api/health/ready");
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                var at = Stopwatch.GetTimestamp();
                using var leaving = await http.GetAsync("/api/health/ready?leaving=404");
                Assert.Equal(HttpStatusCode.NotFound, leaving.StatusCode);
                return at;
            }
            await Task.Delay(10);
        }
    }
}
