using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Xunit;

namespace Parley.Tests.Support;

/// <summary>A program that talks to the server over HTTP, as one user or as nobody.</summary>
internal sealed class ParleyApi(HttpClient http, TestServer server)
{
    public const string GoodPassword = "a pass phrase nobody has";

    /// <summary>The bearer token, where signed in with one.</summary>
    public string? Token { get; set; }

    /// <summary>The value of the Cookie header, where signed in with one.</summary>
    public string? Cookie { get; set; }

    public Me Me { get; private set; } = null!;

    public Id Id => Me.Id;

    public async Task SignUp(string username, string fullName, string password = GoodPassword) =>
        Take(await Post("/accounts", new SignUpRequest(username, fullName, password, Bearer: true)));

    public async Task SignIn(string username, string password = GoodPassword) =>
        Take(await Post("/sessions", new SignInRequest(username, password, Bearer: true)));

    /// <summary>Makes a thread with someone and gives its id.</summary>
    public async Task<Id> StartThread(ParleyApi other)
    {
        using var response = await Post("/threads", new StartThreadRequest([other.Id]));
        return (await Read<Head>(response)).Id;
    }

    public async Task<Message> Send(Id thread, string text, string? cid = null)
    {
        using var response = await Post($"/threads/{thread}/messages", new SendRequest(cid ?? Guid.CreateVersion7().ToString(), text));
        return await Read<Message>(response);
    }

    /// <summary>The answer of a GET, which must succeed.</summary>
    public async Task<T> Get<T>(string path)
    {
        using var response = await Get(path);
        return await Read<T>(response);
    }

    public Task<HttpResponseMessage> Get(string path) => Call(HttpMethod.Get, path);

    public Task<HttpResponseMessage> Delete(string path) => Call(HttpMethod.Delete, path);

    public Task<HttpResponseMessage> Post(string path, object body) => Call(HttpMethod.Post, path, Json(body));

    public Task<HttpResponseMessage> Put(string path, object body) => Call(HttpMethod.Put, path, Json(body));

    public Task<HttpResponseMessage> Patch(string path, object body) => Call(HttpMethod.Patch, path, Json(body));

    /// <summary>Any request under /api, or with a whole address elsewhere, with more headers where given.</summary>
    public Task<HttpResponseMessage> Call(
        HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        var address = path.StartsWith("//", StringComparison.Ordinal) ? path[1..] : $"/api{path}";
        var request = new HttpRequestMessage(method, new Uri(server.Url, address)) { Content = content };
        if (Token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        if (Cookie is not null)
            request.Headers.Add("Cookie", Cookie);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return http.SendAsync(request);
    }

    /// <summary>A body of our types, or of an anonymous one, as JSON.</summary>
    public static HttpContent Json(object body) =>
        Text(WireJson.Wire.GetTypeInfo(body.GetType()) is { } type
            ? JsonSerializer.Serialize(body, type)
            : JsonSerializer.Serialize(body, body.GetType(), JsonSerializerOptions.Web));

    /// <summary>A body that says it is JSON, whatever it is.</summary>
    public static HttpContent Text(string json) => Bytes(Encoding.UTF8.GetBytes(json));

    /// <inheritdoc cref="Text"/>
    public static HttpContent Bytes(byte[] content, string contentType = "application/json")
    {
        var body = new ByteArrayContent(content);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return body;
    }

    /// <summary>The body of an answer that must have succeeded.</summary>
    public static async Task<T> Read<T>(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{response.RequestMessage} gave {(int)response.StatusCode}: {text}");
        return (T)JsonSerializer.Deserialize(text, WireJson.Wire.GetTypeInfo(typeof(T))!)!;
    }

    /// <summary>The problem document of an answer, which must have this status and code.</summary>
    public static async Task<Problem> Refused(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{response.RequestMessage} gave {(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize(text, WireJson.Wire.Problem)!;
        Assert.Equal(code, problem.Code);
        Assert.Equal((int)status, problem.Status);
        Assert.False(string.IsNullOrEmpty(problem.Detail));
        response.Dispose();
        return problem;
    }

    private void Take(HttpResponseMessage response)
    {
        var signedIn = Read<SignedIn>(response).GetAwaiter().GetResult();
        (Me, Token) = (signedIn.User, signedIn.Token);
        response.Dispose();
    }
}
