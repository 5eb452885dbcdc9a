using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Npgsql;
using Parley.Server.Storage;

namespace Parley.Tests.Support;

/// <summary>
/// Stands between the server and PostgreSQL, which tells the plan of everything that it runs (auto_explain) in notices: the very plans
/// that were used, with the server's own settings.
/// </summary>
internal sealed class PostgresPlans : StatementWatch
{
    private const string Settings =
        "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_format=json " +
        "-c auto_explain.log_level=notice";

    private const byte Notice = (byte)'N', Message = (byte)'M';

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, string> _plans = [];
    private readonly NpgsqlConnectionStringBuilder _behind;

    public PostgresPlans(string connectionString)
    {
        _behind = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
            Options = $"{_behind.Options} {Settings}",
        }.ConnectionString;
        _ = Accept();
    }

    public override string ConnectionString { get; }

    public override Task<List<SeenStatement>> Read(Database database) =>
        Task.FromResult(_plans.Select(plan => new SeenStatement(plan.Key, [.. FindAccesses(JsonDocument.Parse(plan.Value).RootElement)])).ToList());

    public override void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
                _ = Relay(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Nobody watches any more.
        }
    }

    private async Task Relay(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(_behind.Host!, _behind.Port, _stop.Token);
                await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), _stop.Token), Listen(server.GetStream(), client.GetStream()));
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
            {
                // One of them has gone.
            }
        }
    }

    // Each message is a letter, its length with these four bytes, and its content.
    private async Task Listen(NetworkStream server, NetworkStream client)
    {
        var header = new byte[5];
        while (true)
        {
            await server.ReadExactlyAsync(header, _stop.Token);
            var content = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4];
            await server.ReadExactlyAsync(content, _stop.Token);
            if (header[0] == Notice)
                Note(content);
            await client.WriteAsync(header, _stop.Token);
            await client.WriteAsync(content, _stop.Token);
        }
    }

    // A notice has fields, each a letter and a text that ends with zero.
    private void Note(ReadOnlySpan<byte> fields)
    {
        while (fields.Length > 1 && fields[0] != Message)
            fields = fields[(fields.IndexOf((byte)0) + 1)..];
        if (fields.Length <= 1)
            return;
        var text = Encoding.UTF8.GetString(fields[1..fields.IndexOf((byte)0)]);
        if (!text.StartsWith("duration:", StringComparison.Ordinal))
            return;
        var plan = text[text.IndexOf('{', StringComparison.Ordinal)..];
        _plans.TryAdd(JsonDocument.Parse(plan).RootElement.GetProperty("Query Text").GetString()!, plan);
    }

    private static IEnumerable<TableAccess> FindAccesses(JsonElement node)
    {
        if (node.ValueKind == JsonValueKind.Array)
            return node.EnumerateArray().SelectMany(FindAccesses);
        if (node.ValueKind != JsonValueKind.Object)
            return [];
        var below = node.EnumerateObject().SelectMany(property => FindAccesses(property.Value));
        // What is written was found by the nodes below, or is new.
        return node.TryGetProperty("Relation Name", out var table) && node.GetProperty("Node Type").GetString() != "ModifyTable"
            ? below.Prepend(new TableAccess(table.GetString()!,
                node.TryGetProperty("Index Cond", out var condition) || node.TryGetProperty("Recheck Cond", out condition) ? condition.GetString() : null))
            : below;
    }
}
