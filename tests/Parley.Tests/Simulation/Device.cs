using System.Diagnostics.CodeAnalysis;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Sync;
using Parley.Tests.Support;

namespace Parley.Tests.Simulation;

/// <summary>A device at the server's real socket code. It applies what it is given by the clients' rules, and looks nowhere else.</summary>
[SuppressMessage("Design", "CA1001", Justification = "What it owns holds nothing of the system, and frames may still be on their way when it ends.")]
internal sealed class Device
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Database _database;
    private readonly Caller _caller;
    private readonly PlayedWebSocket _webSocket;
    private readonly Task _running;
    private readonly SemaphoreSlim _taking = new(1);
    private TaskCompletionSource _flow = new();
    private bool _isCut;
    private volatile Replica? _replica;
    private Exception? _failure;

    public Device(Database database, SyncServices services, Caller caller, Replica? replica)
    {
        (_database, _caller, _replica) = (database, caller, replica);
        _flow.SetResult();
        _webSocket = new PlayedWebSocket(Deliver);
        _running = new Socket(_webSocket, caller, services).Run();
    }

    /// <summary>What happens at the very moment at which a frame of a type has been taken.</summary>
    public Func<string, Task> OnFrame { get; set; } = static _ => Task.CompletedTask;

    /// <summary>What it has; null before its first bootstrap.</summary>
    public Replica? Replica => _replica;

    /// <summary>How many frames with changes it was sent.</summary>
    public int ChangesFrames { get; private set; }

    /// <summary>The reasons of the resets that it was sent.</summary>
    public List<string> Resets { get; } = [];

    public void Greet(string? epoch = null) =>
        _webSocket.Say(new { type = "hello", epoch = _replica is null ? null : epoch ?? _database.Epoch, version = _replica?.Version, hot = _replica?.Hot.ToDictionary(window => window.Key.ToString(), window => window.Value) });

    public void Ping() => _webSocket.Say(new { type = "ping", version = _replica?.Version ?? 0 });

    /// <summary>From now on it takes nothing, until it flows again.</summary>
    public void Stall()
    {
        if (_flow.Task.IsCompleted)
            _flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Flow() => _flow.TrySetResult();

    /// <summary>Waits until it has a version, and fails where that does not come by itself.</summary>
    public async Task Reach(long version)
    {
        var patience = DateTime.UtcNow + Patience;
        while (_failure is null && (_replica?.Version ?? -1) < version)
        {
            if (DateTime.UtcNow > patience)
                throw new TimeoutException($"The device stands at version {_replica?.Version}; the user is at {version}.");
            await Task.Delay(2);
        }
        if (_failure is not null)
            throw new InvalidOperationException("The device was sent what it could not take.", _failure);
    }

    /// <summary>All that it has, when it has fetched what frames leave out. No frame is taken meanwhile.</summary>
    public async Task<string> Describe()
    {
        await _taking.WaitAsync();
        try
        {
            await _replica!.FetchBehind(_database);
            return _replica.ToString();
        }
        finally
        {
            _taking.Release();
        }
    }

    /// <summary>Ends the connection. What was on its way is lost.</summary>
    public async Task Cut()
    {
        await _taking.WaitAsync();
        _isCut = true;
        _taking.Release();
        _webSocket.Abort();
        Flow();
        await _running.WaitAsync(Patience);
    }

    private async Task Deliver(byte[] frame)
    {
        await _flow.Task;
        var type = FrameReader.ReadType(frame);
        await _taking.WaitAsync();
        try
        {
            if (_isCut)
                return;
            await Take(type, frame);
        }
        catch (Exception error)
        {
            _failure ??= error;
        }
        finally
        {
            _taking.Release();
        }
        await OnFrame(type);
    }

    private async Task Take(string type, byte[] frame)
    {
        switch (type)
        {
            case "welcome" when _replica is null:
                _replica = await Replica.Read(_database, _caller.UserId.Value);
                break;
            case "reset":
                Resets.Add(FrameReader.Read(frame, WireJson.Wire.ResetFrame).Reason);
                _replica = await Replica.Read(_database, _caller.UserId.Value);
                break;
            case "changes":
                ChangesFrames++;
                // A gap throws: on one socket there is none, whatever was announced.
                _replica!.Apply(FrameReader.Read(frame, WireJson.Wire.ChangesFrame));
                break;
        }
    }
}
