using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Telemetry;

namespace Parley.Server.Sync;

/// <summary>
/// The sending side: a loop that runs while there is something to say, and says one thing at a time. Nothing is queued for a slow
/// reader but the answers to its own frames, which are bounded (S11), and the presence that was read last.
/// </summary>
internal sealed partial class Socket : IThreadPoolWorkItem
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A fleeting frame waits this long behind what is being said; then it is old news.</summary>
    internal static readonly TimeSpan FleetingMax = TimeSpan.FromSeconds(1);

    /// <summary>Bytes that are handed over at a time: so much of a long frame is copied for the network, never the whole.</summary>
    private const int PieceBytes = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<byte[]?> _replies = new();
    private HelloFrame? _hello;
    private bool _hasChanges;
    private HashSet<long>? _changedPresence;
    private byte[]? _presence;
    private bool _isReadingPresence;
    private byte[]? _fleeting;
    private long _fleetingSince;
    private (int Code, string Reason)? _closing;
    private bool _isCloseSent;
    private bool _isPumping;
    private IReadOnlyCollection<long> _watched = [];
    private long _noticedVersion;
    private TaskCompletionSource? _closeSent;

    // Touched by the pump alone.
    private Dictionary<Id, long>? _hot;
    private string? _epoch;
    private long _sent = -1;
    private bool _isBehind;
    private long _sendingSince;

    public IReadOnlyCollection<long> Watched
    {
        get => _watched;
        set
        {
            lock (_gate)
            {
                _watched = value;
                _changedPresence = [.. value];
            }
            _services.Fanout.Watch(this, value);
            Wake();
        }
    }

    /// <summary>The bytes that are kept for this socket alone until it takes them: answers to its own frames, one frame of presence and one fleeting one.</summary>
    internal int HeldBytes
    {
        get
        {
            lock (_gate)
                return _replies.Sum(reply => reply?.Length ?? 0) + (_presence?.Length ?? 0) + (_fleeting?.Length ?? 0);
        }
    }

    private IReadOnlyDictionary<Id, long> Hot => _hot ?? SyncRoutes.NothingHot;

    private bool IsClosing
    {
        get
        {
            lock (_gate)
                return _closing is not null;
        }
    }

    public void Reply(byte[] frame)
    {
        lock (_gate)
            _replies.Enqueue(frame);
        Wake();
    }

    public void OnChange()
    {
        lock (_gate)
            _hasChanges = true;
        Wake();
    }

    public void OnPresence(long userId)
    {
        // At most as many as are watched: it is the state of each that is sent, not what happened.
        lock (_gate)
            (_changedPresence ??= []).Add(userId);
        Wake();
    }

    public void OnFleeting(byte[] frame)
    {
        // The last one takes the place of those before it.
        lock (_gate)
            (_fleeting, _fleetingSince) = (frame, _services.Clock.GetTimestamp());
        Wake();
    }

    public void Close(int code, string reason)
    {
        lock (_gate)
        {
            if (_closing is not null)
                return;
            _closing = (code, reason);
            _closeSent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        _ = AbortLater();
        Wake();
    }

    void IThreadPoolWorkItem.Execute() => _ = Pump();

    // The other side answers the close, which ends the receiving loop. One that does not, or does not even read, is given up.
    private async Task AbortLater()
    {
        await Task.Delay(CloseTimeout, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_over.IsCancellationRequested)
            Abort();
    }

    /// <summary>The user is at this version: if that was never announced here, the difference is sent all the same.</summary>
    private void NoticeVersion(long version)
    {
        lock (_gate)
        {
            _noticedVersion = version;
            _hasChanges = true;
        }
        Wake();
    }

    private void ReleaseSlotWhenAnswered()
    {
        lock (_gate)
            _replies.Enqueue(null);
        Wake();
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_isPumping)
                return;
            _isPumping = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task Pump()
    {
        try
        {
            while (await SayNext())
            {
            }
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    private void Fail(Exception error)
    {
        // The database is away, which readiness tells the operator. The client comes back, perhaps to another node.
        var isAway = error is Refusal { Code: ErrorCode.Unavailable };
        if (!isAway && !IsEnd(error))
            LogFailed(_services.Logger, error);
        Abort();
    }

    private async Task<bool> SayNext()
    {
        byte[]? frame = null;
        HelloFrame? hello = null;
        (int Code, string Reason)? closing = null;
        List<long>? presence = null;
        var isChanges = false;
        var releasesSlot = false;
        lock (_gate)
        {
            if (_isCloseSent)
                return false;
            if (_replies.TryDequeue(out frame))
                releasesSlot = frame is null;
            else if (_closing is not null)
                (closing, _isCloseSent) = (_closing, true);
            else if (_hello is not null)
                (hello, _hello) = (_hello, null);
            else if (_hasChanges)
                (isChanges, _hasChanges) = (true, false);
            else if (_presence is not null)
                (frame, _presence) = (_presence, null);
            else if (_changedPresence is not null && !_isReadingPresence)
                presence = TakeChangedPresence(_changedPresence);
            else if (_fleeting is not null)
                frame = TakeFleeting();
            else
                return _isPumping = false;
        }
        if (releasesSlot)
            ReleaseSlot();
        else if (frame is not null)
            await Send(frame);
        else if (closing is { } how)
            await SendClose(how.Code, how.Reason);
        else if (hello is not null)
            await Welcome(hello);
        else if (presence is { Count: > 0 })
            _ = ReadPresence(presence);
        else if (isChanges)
            await SendChanges();
        return true;
    }

    private async Task Welcome(HelloFrame hello)
    {
        var database = _services.Database;
        _hot = null;
        foreach (var (thread, revision) in hello.Hot ?? [])
            Warm(thread, revision);
        await _channel.Reached;
        // The session may have ended between its look-up and the moment from which its end is heard of here.
        if (await ChangesReader.ReadFirst(database, Caller, hello.Epoch, hello.Version, Hot) is not var (version, difference))
        {
            Close(4401, "session ended");
            return;
        }
        var now = Timestamp.From(_services.Clock.GetUtcNow());
        await Send(JsonSerializer.SerializeToUtf8Bytes(new WelcomeFrame(database.Epoch, version, now), WireJson.Wire.WelcomeFrame));
        // A new device bootstraps over HTTP after this, at this version or a later one.
        _epoch = hello.Epoch ?? database.Epoch;
        _sent = hello.Version ?? version;
        _isBehind = hello.Version is not null;
        if (difference is null)
            OnChange();
        else
            await SendDifference(difference);
    }

    /// <summary>Sends one step of what is missing, and comes back for the next.</summary>
    private async Task SendChanges()
    {
        if (_sent < 0)
            return;
        if (!_isBehind && _channel.FindFrom(_sent) is { } change)
        {
            await Send(change.Frame!);
            if (change.CommittedAt != 0)
                Metrics.PumpLag.Record(Stopwatch.GetElapsedTime(change.CommittedAt).TotalSeconds);
            _sent = change.To;
            foreach (var (thread, revision) in change.Revisions)
                Warm(thread, revision);
            OnChange();
        }
        else if (_isBehind || Math.Max(_channel.Version, _noticedVersion) > _sent)
        {
            await SendDifference(await ChangesReader.Read(_services.Database, Caller.UserId.Value, _epoch, _sent, Hot));
        }
    }

    private async Task SendDifference(ServerFrame difference)
    {
        switch (difference)
        {
            case ChangesFrame changes:
                if (changes.To > _sent)
                {
                    (_isBehind ? Metrics.ResyncHello : Metrics.ResyncGap).Add();
                    await Send(JsonSerializer.SerializeToUtf8Bytes(changes, WireJson.Wire.ChangesFrame));
                }
                _sent = changes.To;
                _isBehind = changes.More;
                foreach (var part in changes.Messages)
                    Warm(part.Thread, part.Revision);
                break;
            case ResetFrame reset:
                // Read before it is sent: the client bootstraps at once, and what is committed after that must still be pushed (S9).
                _sent = await _services.Database.ReadAtOnce(connection => ChangesReader.ReadVersion(connection, Caller.UserId.Value));
                _epoch = reset.Epoch;
                _isBehind = false;
                await Send(JsonSerializer.SerializeToUtf8Bytes(reset, WireJson.Wire.ResetFrame));
                break;
        }
        OnChange();
    }

    // A thread that was pushed live is one the client may show: the differences go on from there.
    private void Warm(Id thread, long revision)
    {
        _hot ??= [];
        if (_hot.ContainsKey(thread) || _hot.Count < Limits.HotMax)
            _hot[thread] = revision;
    }

    private List<long> TakeChangedPresence(HashSet<long> changed)
    {
        _changedPresence = null;
        List<long> watched = [.. changed.Intersect(_watched)];
        _isReadingPresence = watched.Count > 0;
        return watched;
    }

    // Beside what is said meanwhile: in a cluster it takes up to a second until someone is not found. One reading at a time, so that
    // what is said of a person last is what was read last.
    private async Task ReadPresence(List<long> userIds)
    {
        try
        {
            var users = await _services.Presence.Read(userIds);
            var frame = JsonSerializer.SerializeToUtf8Bytes(new PresenceFrame(users), WireJson.Wire.PresenceFrame);
            lock (_gate)
                (_presence, _isReadingPresence) = (frame, false);
            Wake();
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    // Behind a slow socket it is dropped: it would be old by the time it arrives.
    private byte[]? TakeFleeting()
    {
        var frame = IsOver(_fleetingSince, FleetingMax) ? null : _fleeting;
        _fleeting = null;
        return frame;
    }

    private async ValueTask Send(byte[] frame)
    {
        var sent = 0;
        while (sent < frame.Length)
        {
            var piece = frame.AsMemory(sent, Math.Min(PieceBytes, frame.Length - sent));
            sent += piece.Length;
            // Per piece: a slow reader of a long frame gets on, and only who takes nothing at all is given up.
            Volatile.Write(ref _sendingSince, _services.Clock.GetTimestamp());
            var flags = sent == frame.Length ? WebSocketMessageFlags.EndOfMessage : WebSocketMessageFlags.None;
            await _webSocket.SendAsync(piece, WebSocketMessageType.Text, flags, CancellationToken.None);
        }
        Volatile.Write(ref _sendingSince, 0);
    }

    private async Task SendClose(int code, string reason)
    {
        if (code == 1012)
            await Send(JsonSerializer.SerializeToUtf8Bytes(new ByeFrame("restart", [500, 3_000]), WireJson.Wire.ByeFrame));
        await _webSocket.CloseOutputAsync((WebSocketCloseStatus)code, Shorten(reason), CancellationToken.None);
        _closeSent!.TrySetResult();
    }

    // A close reason is at most 123 bytes.
    private static string Shorten(string reason) =>
        Encoding.UTF8.GetByteCount(reason) <= 123 ? reason : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(reason).AsSpan(0, 120)).TrimEnd('\uFFFD');
}
