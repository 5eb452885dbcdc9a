using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Parley.Server.Hosting;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

/// <summary>A connection that outlives its request.</summary>
public sealed class TakeoverTests : IDisposable
{
    private const string Upgrade = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n";

    private readonly Place _place = new();
    private WeakReference? _request;
    private bool? _isFound;

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Of_the_request_nothing_is_left_while_the_connection_lives()
    {
        await using var app = await Start();
        using var client = await ConnectAndSayOne(app);
        var stream = client.GetStream();
        await Eventually.Holds(IsRequestGone, "the request is collected");
        await stream.WriteAsync("two"u8.ToArray());
        await ReadTo(stream, "two");
        Assert.False(_place.IsFree);

        // The last word, and then the end.
        await stream.WriteAsync("end"u8.ToArray());
        await ReadTo(stream, "end");
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
        await Eventually.Holds(() => _place.IsFree, "the place is given back");
    }

    [Fact]
    public async Task Who_goes_without_a_word_ends_it()
    {
        await using var app = await Start();
        var client = await ConnectAndSayOne(app);
        client.LingerState = new LingerOption(true, 0);
        client.Dispose();
        await Eventually.Holds(() => _place.IsFree, "the place is given back");
    }

    [Fact]
    public async Task A_stopping_server_waits_for_what_has_been_taken_over()
    {
        await using var app = await Start();
        using var client = await ConnectAndSayOne(app);
        var stream = client.GetStream();
        var stop = app.StopAsync();
        await stream.WriteAsync("two"u8.ToArray());
        await ReadTo(stream, "two");
        Assert.False(stop.IsCompleted);
        await stream.WriteAsync("end"u8.ToArray());
        await ReadTo(stream, "end");
        await stop.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Inside_TLS_there_is_none()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var app = await Start(endpoint => endpoint.UseHttps(certificate));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(app.Urls.Single()).Port);
        await using var stream = new SslStream(client.GetStream(), false, (_, shown, _, _) => shown?.GetCertHashString() == certificate.Thumbprint);
        await stream.AuthenticateAsClientAsync("localhost");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Upgrade));
        await ReadTo(stream, "101 Switching Protocols");
        await Eventually.Holds(() => _isFound == false, "none is found");
    }

    private async Task<WebApplication> Start(Action<ListenOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            Takeover.AddTo(endpoint);
            configure?.Invoke(endpoint);
        }));
        var app = builder.Build();
        app.Run(Answer);
        await app.StartAsync();
        return app;
    }

    private static async Task<TcpClient> ConnectAndSayOne(WebApplication app)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(app.Urls.Single()).Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Upgrade + "one"));
        await ReadTo(client.GetStream(), "one");
        return client;
    }

    private async Task Answer(HttpContext context)
    {
        await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        var takeover = Takeover.Find(context);
        _isFound = takeover is not null;
        _request = new WeakReference(context);
        takeover?.Take(Echo, _place);
    }

    private static async Task Echo(ConnectionContext connection)
    {
        await using var stream = new ConnectionStream(connection);
        var buffer = new byte[16];
        try
        {
            while (await stream.ReadAsync(Memory<byte>.Empty) == 0 && await stream.ReadAsync(buffer) is > 0 and var count)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count));
                if (buffer.AsSpan(0, count).SequenceEqual("end"u8))
                    return;
            }
        }
        catch (ConnectionResetException)
        {
            // They went without a word.
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsRequestGone()
    {
        GC.Collect();
        return _request is { IsAlive: false };
    }

    private static async Task ReadTo(Stream stream, string end)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var text = "";
        var buffer = new byte[1024];
        while (!text.Contains(end, StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, late.Token);
            Assert.True(count > 0, $"It ended after: {text}");
            text += Encoding.ASCII.GetString(buffer, 0, count);
        }
    }

    private sealed class Place : IDisposable
    {
        public bool IsFree { get; private set; }

        public void Dispose() => IsFree = true;
    }
}
