using System.Net;
using System.Net.Http.Headers;
using Microsoft.Data.Sqlite;
using Parley.Client;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

/// <summary>The log of the program itself, after people have trusted it with what is nobody else's.</summary>
public sealed class LogPrivacyTests : IDisposable
{
    private const string Mark = "zxsecret";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-log-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Nothing_private_is_logged_not_even_when_the_database_breaks_under_it()
    {
        await using var server = new ServerProcess(Path.Combine(AppContext.BaseDirectory, "parley.dll"), _folder.FullName);
        server.Environment["Logging__LogLevel__Default"] = "Trace";
        await server.Start();
        using var api = new Api(server.Address, patience: TimeSpan.Zero);
        using var http = new HttpClient { BaseAddress = server.Address };
        var ada = await api.SignUp($"{Mark} Ada", $"{Mark}_ada", $"{Mark} pass phrase");
        var bob = await api.SignUp($"{Mark} Bob", $"{Mark}_bob", $"{Mark} pass phrase");
        var thread = (await api.StartThread(ada, bob)).Id;
        var cid = $"{Mark}-{Guid.CreateVersion7()}";
        var message = await api.Send(ada, thread, cid, $"{Mark} text");
        await api.Edit(ada, thread, message.Seq, $"{Mark} edited");
        using var socket = await Connection.Open(server.Address, bob, new { type = "hello" }, CancellationToken.None);
        await socket.Say(new { type = "send", thread = $"{thread}", cid = $"{cid}2", text = $"{Mark} text" }, CancellationToken.None);
        await socket.Say(new { type = Mark }, CancellationToken.None);
        for (var i = 0; i < 12; i++)
            await Post("sessions", $$"""{"username":"{{Mark}}_ada","password":"{{Mark}} wrong {{i}}"}""");
        await Post("accounts", Mark);

        await using (var hand = new SqliteConnection($"Data Source={Path.Combine(_folder.FullName, "parley.db")};Pooling=false"))
        {
            await hand.OpenAsync();
            using var breaking = hand.CreateCommand();
            breaking.CommandText = "ALTER TABLE messages RENAME TO broken; ALTER TABLE users RENAME COLUMN full_name TO broken_name";
            await breaking.ExecuteNonQueryAsync();
        }
        Assert.Equal(HttpStatusCode.InternalServerError, await Post($"threads/{thread}/messages", $$"""{"cid":"{{Mark}}-3","text":"{{Mark}} text"}"""));
        Assert.Equal(HttpStatusCode.InternalServerError, await Get($"users?query={Mark}"));
        Assert.Equal(HttpStatusCode.InternalServerError, await Post("accounts", $$"""{"username":"{{Mark}}_eve","fullName":"{{Mark}} Eve","password":"{{Mark}} pass phrase"}"""));
        await Task.WhenAny(socket.Say(new { type = "send", thread = $"{thread}", cid = $"{cid}4", text = $"{Mark} text" }, CancellationToken.None), Task.Delay(100));
        await server.Stop();

        List<string> log = [.. server.Output, .. server.Errors];
        Assert.Contains(log, line => line.Contains("[1001]", StringComparison.Ordinal));
        Assert.DoesNotContain(log, line => line.Contains(Mark, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(log, line => line.Contains(ada.Token, StringComparison.Ordinal) || line.Contains(bob.Token, StringComparison.Ordinal));

        async Task<HttpStatusCode> Post(string path, string json)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/{path}") { Content = ParleyApi.Text(json) };
            return await Ask(request);
        }

        async Task<HttpStatusCode> Get(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/{path}");
            return await Ask(request);
        }

        async Task<HttpStatusCode> Ask(HttpRequestMessage request)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ada.Token);
            using var answer = await http.SendAsync(request);
            return answer.StatusCode;
        }
    }
}
