using System.Net;
using System.Text;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

public sealed class JsonBodyTests(TestServer server) : IClassFixture<TestServer>
{
    public static TheoryData<string, byte[]> UnreadableBodies => new()
    {
        { "empty", [] },
        { "blank", "  \n"u8.ToArray() },
        { "cut off", "{\"text\":\"a"u8.ToArray() },
        { "not JSON", "text=hello"u8.ToArray() },
        { "null", "null"u8.ToArray() },
        { "a list", "[]"u8.ToArray() },
        { "a text", "\"text\""u8.ToArray() },
        { "a number", "7"u8.ToArray() },
        { "something after it", "{}{}"u8.ToArray() },
        { "a comma too many", "{\"a\":1,}"u8.ToArray() },
        { "a comment", "{/* no */}"u8.ToArray() },
        { "a field twice", "{\"a\":1,\"a\":1}"u8.ToArray() },
        { "half of a surrogate pair", "{\"a\":\"\\ud800\"}"u8.ToArray() },
        { "half of a surrogate pair in a name", "{\"\\udc00\":1}"u8.ToArray() },
        { "half of a surrogate pair deep inside", "{\"a\":[{\"b\":\"x\\ud800x\"}]}"u8.ToArray() },
        { "NUL", "{\"a\":\"x\\u0000\"}"u8.ToArray() },
        { "a raw control character", "{\"a\":\"\u0001\"}"u8.ToArray() },
        { "invalid UTF-8", [.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8] },
        { "a surrogate in UTF-8", [.. "{\"a\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8] },
        { "UTF-16", Encoding.Unicode.GetBytes("{}") },
        { "10,000 lists deep", Encoding.ASCII.GetBytes($"{{\"a\":{new string('[', 10_000)}{new string(']', 10_000)}}}") },
        { "10,000 objects deep", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000)) },
    };

    [Theory]
    [MemberData(nameof(UnreadableBodies))]
    public async Task A_body_that_cannot_be_read_is_refused_by_every_route_with_a_sentence(string what, byte[] body)
    {
        var (caller, thread) = await SetScene();
        foreach (var route in JsonRoutes())
        {
            using var response = await caller.Call(route.Method, route.PathWith(thread.ToString()), ParleyApi.Bytes(body));

            Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{route} with {what}: {(int)response.StatusCode}");
            await ParleyApi.Refused(response, HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/problem+json")]
    public async Task A_body_of_another_type_is_refused_by_every_route(string contentType)
    {
        var (caller, thread) = await SetScene();
        foreach (var route in JsonRoutes())
        {
            await ParleyApi.Refused(
                await caller.Call(route.Method, route.PathWith(thread.ToString()), ParleyApi.Bytes(Encoding.UTF8.GetBytes(route.GoodBody!), contentType)),
                HttpStatusCode.UnsupportedMediaType, ErrorCode.UnsupportedMediaType);
        }
    }

    [Fact]
    public async Task A_body_without_a_type_is_refused_by_every_route()
    {
        var (caller, thread) = await SetScene();
        foreach (var route in JsonRoutes())
        {
            await ParleyApi.Refused(
                await caller.Call(route.Method, route.PathWith(thread.ToString()), new ByteArrayContent(Encoding.UTF8.GetBytes(route.GoodBody!))),
                HttpStatusCode.UnsupportedMediaType, ErrorCode.UnsupportedMediaType);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_too_long_is_refused_by_every_route_with_its_length_told_or_not(bool isLengthTold)
    {
        var (caller, thread) = await SetScene();
        foreach (var route in JsonRoutes())
        {
            HttpContent content = ParleyApi.Text($"{{\"text\":\"{new string('a', 300 * 1024)}\"}}");
            if (!isLengthTold)
                content = new Untold(content);

            await ParleyApi.Refused(await caller.Call(route.Method, route.PathWith(thread.ToString()), content), HttpStatusCode.RequestEntityTooLarge, ErrorCode.TooLarge);
        }
    }

    [Fact]
    public async Task Each_missing_field_is_named()
    {
        var problem = await ParleyApi.Refused(
            await server.Stranger().Call(HttpMethod.Post, "/accounts", ParleyApi.Text("""{"username":"x"}""")), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);

        Assert.Equal(["fullName", "password"], problem.Errors!.Keys.Order());
    }

    [Theory]
    [InlineData("""{"username":7,"password":"x"}""", "username", "text")]
    [InlineData("""{"username":null,"password":"x"}""", "username", "text")]
    [InlineData("""{"username":"x","password":["x"]}""", "password", "text")]
    [InlineData("""{"username":"x","password":"x","bearer":"yes"}""", "bearer", "true or false")]
    [InlineData("""{"username":"x","password":"x","bearer":null}""", "bearer", "true or false")]
    public async Task A_field_of_a_wrong_type_is_named_and_the_right_type_is_told(string body, string field, string right)
    {
        var problem = await ParleyApi.Refused(
            await server.Stranger().Call(HttpMethod.Post, "/sessions", ParleyApi.Text(body)), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);

        Assert.Equal([field], problem.Errors!.Keys);
        Assert.Contains(right, problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_place_where_JSON_breaks_is_told()
    {
        var problem = await ParleyApi.Refused(
            await server.Stranger().Call(HttpMethod.Post, "/sessions", ParleyApi.Text("{\n  \"username\": oops\n}")), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);

        Assert.Contains("line 2, byte 15", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_that_are_not_known_yet_are_ignored()
    {
        await server.SignUp("tomorrow");

        using var response = await server.Stranger().Call(HttpMethod.Post, "/sessions",
            ParleyApi.Text($$"""{"invention":{"of":"tomorrow"},"username":"tomorrow","password":"{{ParleyApi.GoodPassword}}"}"""));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private List<ApiRoute> JsonRoutes()
    {
        var routes = ApiRoutes.All(server).Where(route => route.JsonType is not null).ToList();
        Assert.True(routes.Count >= 8, "The routes with a JSON body were not found.");
        return routes;
    }

    private async Task<(ParleyApi Caller, Id Thread)> SetScene()
    {
        var caller = await server.SignUp();
        var thread = await caller.StartThread(await server.SignUp());
        await caller.Send(thread, "hello");
        return (caller, thread);
    }

    /// <summary>Content whose length the client does not know, so that it is sent in chunks.</summary>
    private sealed class Untold : HttpContent
    {
        private readonly HttpContent _inner;

        public Untold(HttpContent inner)
        {
            _inner = inner;
            Headers.ContentType = inner.Headers.ContentType;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _inner.CopyToAsync(stream, context);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
