using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>The public API.</summary>
/// <param name="server">Where the server is.</param>
/// <param name="patience">How long what fails for now is asked again: two minutes, if nothing else is said; zero for one try.</param>
/// <param name="timeout">How long one try may take: 30 s, if nothing else is said.</param>
public sealed class Api(Uri server, TimeSpan? patience = null, TimeSpan? timeout = null) : IDisposable
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromMinutes(2);
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 128 })
    {
        BaseAddress = server,
        Timeout = timeout ?? TimeSpan.FromSeconds(30),
    };
    private long _retries;

    /// <summary>Where the server is.</summary>
    public Uri Server => server;

    /// <summary>How often something had to be asked again.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    /// <summary>Signs up; an answer that was lost is made good by signing in.</summary>
    public async Task<Person> SignUp(string name, string username, string password)
    {
        SignedIn signedIn;
        try
        {
            signedIn = await Ask(HttpMethod.Post, "accounts", null, new SignUpRequest(username, name, password, true), WireJson.Wire.SignUpRequest, WireJson.Wire.SignedIn);
        }
        catch (Refusal refusal) when (refusal.Code == ErrorCode.UsernameTaken)
        {
            signedIn = await Ask(HttpMethod.Post, "sessions", null, new SignInRequest(username, password, true), WireJson.Wire.SignInRequest, WireJson.Wire.SignedIn);
        }
        return new Person(name, signedIn.User.Id, signedIn.Token ?? throw new InvalidDataException("The server gave no bearer token."));
    }

    /// <summary>The thread of two people.</summary>
    public Task<Head> StartThread(Person person, Person other) =>
        Ask(HttpMethod.Post, "threads", person, new StartThreadRequest([other.Id]), WireJson.Wire.StartThreadRequest, WireJson.Wire.Head);

    /// <summary>Sends a message.</summary>
    public Task<Message> Send(Person person, Id thread, string cid, string text) =>
        Ask(HttpMethod.Post, $"threads/{thread}/messages", person, new SendRequest(cid, text), WireJson.Wire.SendRequest, WireJson.Wire.Message);

    /// <summary>Edits an own message.</summary>
    public Task<Message> Edit(Person person, Id thread, long seq, string text) =>
        Ask(HttpMethod.Patch, $"threads/{thread}/messages/{seq}", person, new EditRequest(text), WireJson.Wire.EditRequest, WireJson.Wire.Message);

    /// <summary>Deletes an own message for everyone.</summary>
    public Task<Message> Delete(Person person, Id thread, long seq) =>
        Ask(HttpMethod.Delete, $"threads/{thread}/messages/{seq}", person, null, WireJson.Wire.SendRequest, WireJson.Wire.Message);

    /// <summary>Reacts to a message.</summary>
    public Task<Message> React(Person person, Id thread, long seq, string emoji) =>
        Ask(HttpMethod.Put, $"threads/{thread}/messages/{seq}/reactions/{Uri.EscapeDataString(emoji)}", person, null, WireJson.Wire.SendRequest, WireJson.Wire.Message);

    /// <summary>Changes the person's full name.</summary>
    public Task<MeAnswer> Rename(Person person, string fullName) =>
        Ask(HttpMethod.Patch, "me", person, new ChangeProfileRequest(fullName), WireJson.Wire.ChangeProfileRequest, WireJson.Wire.MeAnswer);

    /// <summary>Moves the read mark.</summary>
    public Task<Head> MarkRead(Person person, Id thread, long seq) =>
        Ask(HttpMethod.Patch, $"threads/{thread}", person, new UpdateThreadRequest(Read: seq), WireJson.Wire.UpdateThreadRequest, WireJson.Wire.Head);

    /// <summary>The person's whole list.</summary>
    public async Task<List<Head>> GetThreads(Person person)
    {
        var heads = new List<Head>();
        for (string? token = ""; token is not null;)
        {
            var page = await Get($"threads?limit=200{(token.Length > 0 ? $"&pageToken={Uri.EscapeDataString(token)}" : "")}", person, WireJson.Wire.ThreadsPage);
            heads.AddRange(page.Threads);
            token = page.NextPageToken;
        }
        return heads;
    }

    /// <summary>The epoch and the version that a person is at.</summary>
    public Task<Bootstrap> Bootstrap(Person person) => Get("bootstrap?limit=1", person, WireJson.Wire.Bootstrap);

    /// <summary>What became of a thread since a revision.</summary>
    public Task<ThreadChanges> GetChanges(Person person, Id thread, long revision) =>
        Get($"threads/{thread}/changes?revision={revision}", person, WireJson.Wire.ThreadChanges);

    /// <summary>The whole thread, page by page, oldest first.</summary>
    public async Task<List<Message>> GetHistory(Person person, Id thread)
    {
        var messages = new List<Message>();
        for (string? token = ""; token is not null;)
        {
            var page = await Get(
                $"threads/{thread}/messages{(token.Length > 0 ? $"?pageToken={Uri.EscapeDataString(token)}" : "")}", person, WireJson.Wire.MessagesPage);
            messages.AddRange(page.Messages);
            token = page.OlderPageToken;
        }
        messages.Reverse();
        return messages;
    }

    public void Dispose() => _http.Dispose();

    private Task<TAnswer> Get<TAnswer>(string path, Person person, JsonTypeInfo<TAnswer> answer) =>
        Ask(HttpMethod.Get, path, person, null, WireJson.Wire.SendRequest, answer);

    private async Task<TAnswer> Ask<TBody, TAnswer>(
        HttpMethod method, string path, Person? person, TBody? body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType)
        where TBody : class
    {
        for (var asked = Stopwatch.GetTimestamp(); ; Interlocked.Increment(ref _retries))
        {
            TimeSpan wait;
            try
            {
                using var request = new HttpRequestMessage(method, $"/api/{path}");
                if (person is not null)
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.Token);
                if (body is not null)
                    request.Content = JsonContent.Create(body, bodyType);
                using var response = await _http.SendAsync(request);
                if (response.IsSuccessStatusCode)
                    return (await response.Content.ReadFromJsonAsync(answerType))!;
                if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) || Stopwatch.GetElapsedTime(asked) >= _patience)
                    throw await ReadRefusal(response);
                wait = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException or IOException && Stopwatch.GetElapsedTime(asked) < _patience)
            {
                wait = TimeSpan.FromMilliseconds(500);
            }
            await Task.Delay(wait);
        }
    }

    private static async Task<Refusal> ReadRefusal(HttpResponseMessage response)
    {
        var problem = response.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? await response.Content.ReadFromJsonAsync(WireJson.Wire.Problem)
            : null;
        return new Refusal(problem?.Code ?? ErrorCode.Internal, problem?.Detail ?? $"The server answered {(int)response.StatusCode}.");
    }
}
