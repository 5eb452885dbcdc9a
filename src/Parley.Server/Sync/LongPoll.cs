using Parley.Protocol;
using Parley.Server.Fanout;

namespace Parley.Server.Sync;

/// <summary>A client behind a proxy that blocks sockets: it waits here for the next change of its user.</summary>
internal sealed class LongPoll(Id sessionId) : ISubscriber
{
    private readonly TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Id SessionId => sessionId;

    /// <summary>Completes with the first change; fails when the session has ended.</summary>
    public Task Changed => _changed.Task;

    public void OnChange() => _changed.TrySetResult();

    public void OnPresence(long userId)
    {
    }

    public void OnFleeting(byte[] frame)
    {
    }

    public void Close(int code, string reason) =>
        _changed.TrySetException(new Refusal(ErrorCode.Unauthenticated, "Sign in first."));
}
