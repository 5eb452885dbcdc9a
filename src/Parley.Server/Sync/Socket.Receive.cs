using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Telemetry;

namespace Parley.Server.Sync;

internal sealed partial class Socket
{
    private const int FirstBuffer = 4 * 1024;

    /// <summary>Frames of one socket that may be in work or unanswered at a time; beyond it nothing more is read.</summary>
    private const int InFlightMax = 64;

    private int _inFlight;
    private TaskCompletionSource? _slotReleased;
    private bool _hasHello;
    private bool _isDeliveryKnown;
    private readonly bool _isPaced;
    private SocketPace _pace;

    private async Task Receive()
    {
        while (true)
        {
            // Nothing is rented while the socket is silent: most are, most of the time.
            var first = await _webSocket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
            // What ends without a byte has been received whole: a close, or an empty frame.
            if (first.MessageType == WebSocketMessageType.Close)
                break;
            if (first.EndOfMessage)
                CloseUnreadable(ErrorCode.InvalidRequest, "The frame is empty.");
            else if (!await ReceiveFrame())
                break;
        }
        Close((int)WebSocketCloseStatus.NormalClosure, "");
        await _closeSent!.Task.WaitAsync(CloseTimeout);
    }

    /// <summary>False when the other side closes.</summary>
    private async Task<bool> ReceiveFrame()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                if (length == buffer.Length)
                    buffer = Grow(buffer);
                part = await _webSocket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += part.Count;
            }
            while (!part.EndOfMessage && length <= Limits.FrameBytes);

            _lastReceived = _services.Clock.GetTimestamp();
            if (part.MessageType == WebSocketMessageType.Close)
                return false;
            if (IsClosing)
                return true;
            if (length > Limits.FrameBytes)
                CloseUnreadable(ErrorCode.TooLarge, $"A frame is at most {Limits.FrameBytes} bytes.");
            else if (part.MessageType != WebSocketMessageType.Text)
                CloseUnreadable(ErrorCode.InvalidRequest, "Frames are text, not binary.");
            else
                await Handle(buffer.AsMemory(0, length));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, Limits.FrameBytes + 1));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private async Task Handle(ReadOnlyMemory<byte> frame)
    {
        try
        {
            var type = FrameReader.ReadType(frame.Span);
            await Pace(type);
            if (type == "hello")
                Say(FrameReader.Read(frame, WireJson.Wire.HelloFrame));
            else if (!_hasHello)
                throw new UnreadableFrame("The first frame must be hello.");
            else if (type == "ping")
                await InSlot(Pong(FrameReader.Read(frame, WireJson.Wire.PingFrame).Version));
            else if (_services.Commands.TryGetValue(type, out var command))
                await InSlot(command.Handle(this, frame));
            else
                throw new UnreadableFrame($"There is no frame of type '{type[..Math.Min(type.Length, 32)]}'.");
        }
        catch (UnreadableFrame error)
        {
            CloseUnreadable(ErrorCode.InvalidRequest, error.Message);
        }
        catch (Refusal refusal)
        {
            await InSlot(Task.FromException(refusal));
        }
    }

    /// <summary>Lets the work go on beside the next frames, as long as there are not too many of them.</summary>
    private async Task InSlot(Task work)
    {
        await TakeSlot();
        _ = Finish(work);
    }

    private Task TakeSlot()
    {
        lock (_gate)
        {
            if (_inFlight < InFlightMax)
            {
                _inFlight++;
                return Task.CompletedTask;
            }
            _slotReleased = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _slotReleased.Task.WaitAsync(_over.Token);
        }
    }

    // To the frame that waits for it, of which there is one at most: nothing more is read meanwhile.
    private void ReleaseSlot()
    {
        lock (_gate)
        {
            if (_slotReleased is null)
                _inFlight--;
            else
                _slotReleased.TrySetResult();
            _slotReleased = null;
        }
    }

    private async Task Finish(Task work)
    {
        try
        {
            await work;
        }
        catch (UnreadableFrame error)
        {
            CloseUnreadable(ErrorCode.InvalidRequest, error.Message);
        }
        catch (Refusal refusal)
        {
            Reply(Nack(refusal.Code, refusal.Message, refusal.RetryAfter));
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // Nobody is there any more for the answer.
        }
        catch (Exception error)
        {
            LogFailed(_services.Logger, error);
            Reply(Nack(ErrorCode.Internal, "Something went wrong in the server."));
        }
        ReleaseSlotWhenAnswered();
    }

    private void Say(HelloFrame hello)
    {
        if (hello.Epoch is null != hello.Version is null || hello.Version < 0)
            throw new UnreadableFrame("A hello names both epoch and version, or neither.");
        _hasHello = true;
        lock (_gate)
            _hello = hello;
        Wake();
    }

    private async Task Pong(long version)
    {
        // From the database, not from what was announced: so a lost announcement is found as well (S14), and the end of a session of
        // which this node was not told (S13).
        var undelivered = _isDeliveryKnown ? null : _services.Database.FindLater(DeliveryMarks.Undelivered, Caller.UserId.Value, _over.Token);
        var found = await _services.Database.FindLater(ChangesReader.VersionOfSession, SessionId.Value, _over.Token);
        if (found is not [var current])
        {
            Close(4401, "session ended");
            return;
        }
        Reply(JsonSerializer.SerializeToUtf8Bytes(new PongFrame(current), WireJson.Wire.PongFrame));
        NoticeVersion(current);
        if (version > current)
            return;
        _services.Delivery.Reach(Caller.UserId.Value, version);
        if (undelivered is null)
            return;
        _services.Delivery.Reach(Caller.UserId.Value, version, await undelivered);
        _isDeliveryKnown = true;
    }

    /// <summary>Who says too much is read more slowly: what they say waits in the network, at their end.</summary>
    private ValueTask Pace(string type)
    {
        if (!_isPaced)
            return ValueTask.CompletedTask;
        var cost = type == "hello" ? SocketPace.CostOfHello : _services.Commands.TryGetValue(type, out var command) ? command.Cost : 1;
        var wait = _pace.Take(cost, _services.Clock.GetElapsedTime(0));
        if (wait <= TimeSpan.Zero)
            return ValueTask.CompletedTask;
        Metrics.LimitedFrames.Add();
        return new ValueTask(Task.Delay(wait, _services.Clock, _over.Token));
    }

    private void CloseUnreadable(string code, string detail)
    {
        // Told once. What comes after it is not even read, but an empty frame is noticed all the same.
        if (IsClosing)
            return;
        Reply(Nack(code, detail));
        Close(4400, detail);
    }

    [LoggerMessage(202, LogLevel.Error, "A socket's frame could not be handled.")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
