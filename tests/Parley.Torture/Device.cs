using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Torture;

/// <summary>
/// One device of a person, as the client's rules say: frames that follow on are applied, a gap is asked for, and what was applied
/// is on disk before it is told with `ping`. Every failure ends the socket, and the next one goes on from there.
/// </summary>
internal sealed class Device(World world, int person, DeviceState state, Journal journal, Api api)
{
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(1), SilenceMax = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<AckFrame>> _sends = new();
    private volatile Connection? _connection;

    // What has been applied and is not written yet. An application that breaks off in the middle leaves it to the next one.
    private string _unwritten = "";

    private Person Me => world.People[person];

    /// <summary>Where it is, for those who compare it with the server.</summary>
    public (string? Epoch, long Version) Position { get; private set; } = (state.Epoch, state.Version);

    /// <summary>Listens until it is stopped.</summary>
    public async Task Run(CancellationToken stop)
    {
        for (var tries = 0; !stop.IsCancellationRequested; tries++)
        {
            try
            {
                if (state.Epoch is null)
                    await Bootstrap();
                await Listen(() => tries = 0, stop);
            }
            catch (Exception error) when (Failure.IsPassing(error))
            {
                // The next socket goes on.
            }
            // As clients do: soon at first, then with more patience, and never all at the same moment.
            await Task.Delay(Random.Shared.Next(20, Math.Min(500, 50 << Math.Min(tries, 4))), CancellationToken.None);
        }
    }

    /// <summary>Sends a message on the socket; fails when there is none, or no answer comes.</summary>
    public async Task<AckFrame> Send(Id thread, string cid, string text)
    {
        var connection = _connection ?? throw new WebSocketException("There is no socket.");
        var answer = _sends.GetOrAdd(cid, _ => new TaskCompletionSource<AckFrame>(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            using var late = new CancellationTokenSource(SilenceMax);
            await connection.Say(new { type = "send", cid, thread = thread.ToString(), text }, late.Token);
            return await answer.Task.WaitAsync(SilenceMax);
        }
        finally
        {
            _sends.TryRemove(cid, out _);
        }
    }

    private async Task Listen(Action onWelcome, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        ended.CancelAfter(SilenceMax);
        var hot = state.Windows.ToDictionary(entry => entry.Key.ToString(), entry => entry.Value.Revision);
        using var connection = await Connection.Open(
            world.Server, Me, new { type = "hello", epoch = state.Epoch, version = state.Version, hot }, ended.Token);
        var pinging = Ping(connection, ended.Token);
        try
        {
            while (true)
            {
                var (type, bytes) = await connection.Read(ended.Token);
                ended.CancelAfter(SilenceMax);
                if (type == "welcome")
                {
                    _connection = connection;
                    onWelcome();
                }
                await Handle(connection, type, bytes, ended.Token);
            }
        }
        finally
        {
            _connection = null;
            await ended.CancelAsync();
            await pinging;
            foreach (var (cid, _) in _sends)
            {
                if (_sends.TryRemove(cid, out var answer))
                    answer.TrySetException(new WebSocketException("The socket ended."));
            }
        }
    }

    private async Task Handle(Connection connection, string type, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        switch (type)
        {
            case "ack":
                var ack = JsonSerializer.Deserialize(bytes.Span, WireJson.Wire.AckFrame)!;
                if (_sends.TryGetValue(ack.Cid, out var sent))
                    sent.TrySetResult(ack);
                break;
            case "nack":
                var nack = JsonSerializer.Deserialize(bytes.Span, WireJson.Wire.NackFrame)!;
                if (nack.Cid is not null && _sends.TryGetValue(nack.Cid, out var refused))
                    refused.TrySetException(new Refusal(nack.Code, nack.Detail ?? nack.Code));
                break;
            case "changes":
                await Apply(connection, JsonSerializer.Deserialize(bytes.Span, WireJson.Wire.ChangesFrame)!, stop);
                break;
            case "reset":
                await Bootstrap();
                throw new WebSocketException("Begin again at the new position.");
        }
    }

    private async Task Apply(Connection connection, ChangesFrame frame, CancellationToken stop)
    {
        if (frame.Epoch != state.Epoch || frame.To <= state.Version)
            return;
        if (frame.From > state.Version)
        {
            var hot = state.Windows.ToDictionary(entry => entry.Key.ToString(), entry => entry.Value.Revision);
            await connection.Say(new { type = "hello", epoch = state.Epoch, version = state.Version, hot }, stop);
            return;
        }
        foreach (var changes in frame.Messages)
        {
            if (changes.From <= state.Windows[changes.Thread].Revision)
                _unwritten += state.Apply(changes.Thread, changes.Items, changes.Revision);
        }
        foreach (var head in frame.Threads)
        {
            _unwritten += state.Apply(head);
            if (head.Revision > state.Windows[head.Id].Revision)
                await Fetch(head.Id);
        }
        await Reach(frame.Epoch, frame.To);
    }

    /// <summary>Everything from the beginning: a new epoch, or too much has changed.</summary>
    private async Task Bootstrap()
    {
        var bootstrap = await api.Bootstrap(Me);
        _unwritten += state.Drop();
        foreach (var head in await api.GetThreads(Me))
            _unwritten += state.Apply(head);
        foreach (var thread in state.Windows.Keys.ToList())
            await Fetch(thread, bootstrap.Epoch);
        await Reach(bootstrap.Epoch, bootstrap.Version);
    }

    private async Task Fetch(Id thread, string? epoch = null)
    {
        while (true)
        {
            var changes = await api.GetChanges(Me, thread, state.Windows[thread].Revision);
            if (changes.Epoch != (epoch ?? state.Epoch) || changes.Reset)
            {
                // Of another life of the database: the socket will say so too, after this one has ended.
                _unwritten += state.Drop();
                throw new WebSocketException("The epoch has changed.");
            }
            _unwritten += state.Apply(thread, changes.Messages, changes.Revision);
            if (changes.More != true)
                return;
        }
    }

    // Told only when it is on disk: what a device has said that it has, it has after a kill too.
    private async Task Reach(string epoch, long version)
    {
        var lines = _unwritten + state.Reach(epoch, version);
        _unwritten = "";
        await journal.Append(lines);
        Position = (epoch, version);
    }

    private async Task Ping(Connection connection, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(PingEvery, stop);
                await connection.Say(new { type = "ping", version = Position.Version }, stop);
            }
        }
        catch (Exception error) when (Failure.IsPassing(error) || error is InvalidOperationException)
        {
            // The socket has ended; its reader knows.
        }
    }
}
