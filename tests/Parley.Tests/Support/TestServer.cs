using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Parley.Server;
using Parley.Server.Hosting;
using Parley.Server.Messages;
using Parley.Server.Storage;
using Xunit;

namespace Parley.Tests.Support;

/// <summary>
/// The real server on a real port, with a data folder of its own. As a class fixture it is shared by the tests of a class; what needs
/// another clock or other options starts one of its own.
/// </summary>
public sealed class TestServer : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-test-");
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
    private readonly TimeProvider _clock;
    private readonly string? _ownDatabase;
    private WebApplication? _app;
    private int _users;

    public TestServer()
        : this(TimeProvider.System, null, null)
    {
    }

    private TestServer(TimeProvider clock, Func<ServerOptions, ServerOptions>? configure, string? database)
    {
        _clock = clock;
        _ownDatabase = database is null ? TestEngine.Create(_folder.FullName) : null;
        // Rounds that are worth having would take most of the tests' time; a test of its own looks at the real number.
        var options = new ServerOptions
        {
            Port = 0,
            Data = _folder.FullName,
            Database = database ?? _ownDatabase,
            HasLimits = false,
            PasswordIterations = 1_000,
        };
        Options = configure?.Invoke(options) ?? options;
    }

    internal ServerOptions Options { get; }

    /// <summary>Where it listens.</summary>
    public Uri Url => new(_app!.Urls.Single());

    internal IServiceProvider Services => _app!.Services;

    internal Database Database => Services.GetRequiredService<Database>();

    /// <summary>Starts one for a single test, on a database of its own unless one is given.</summary>
    internal static async Task<TestServer> Start(
        TimeProvider? clock = null, Func<ServerOptions, ServerOptions>? configure = null, string? database = null)
    {
        var server = new TestServer(clock ?? TimeProvider.System, configure, database);
        await server.InitializeAsync();
        return server;
    }

    public async ValueTask InitializeAsync()
    {
        _app = Program.Build(Options, _clock);
        await _app.StartAsync();
        // So that a test meets what it did, and nothing of it in its own statements.
        await Services.GetRequiredService<Rehearsal>().Ended;
    }

    /// <summary>Stops it and starts it again on the same data, on another port.</summary>
    public async Task Restart()
    {
        await Stop();
        await InitializeAsync();
    }

    /// <summary>Stops it; its data stays.</summary>
    public async Task Stop()
    {
        if (_app is null)
            return;
        await _app.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _http.Dispose();
        if (_ownDatabase is not null)
            TestEngine.Release(_ownDatabase);
        _folder.Delete(recursive: true);
    }

    /// <summary>Someone who is not signed in.</summary>
    internal ParleyApi Stranger() => new(_http, this);

    /// <summary>Someone with a new account, signed in with a token. Without a username, one that nobody has.</summary>
    internal async Task<ParleyApi> SignUp(string? username = null, string? fullName = null, string password = ParleyApi.GoodPassword)
    {
        username ??= $"user{Interlocked.Increment(ref _users)}";
        var api = Stranger();
        await api.SignUp(username, fullName ?? username, password);
        return api;
    }
}
