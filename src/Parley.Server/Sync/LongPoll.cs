using Parley.Protocol;
using Parley.Server.Fanout;

namespace Parley.Server.Sync;

/// <summary>A client behind a proxy that blocks sockets: it waits here for the next change of its user.</summary>
internal sealed class LongPoll(Id sessionId) : ISubscriber
{
    private readonly TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Id SessionId => sessionId;

    /// <summary>Completes with the first change, or to be asked again of another server; fails when it must not be.</summary>
    public Task Changed => _changed.Task;

    public void OnChange() => _changed.TrySetResult();

    public void OnPresence(long userId)
    {
    }

    public void OnFleeting(byte[] frame)
    {
    }

    public void Close(int code, string reason)
    {
        switch (code)
        {
            case 4401:
                _changed.TrySetException(new Refusal(ErrorCode.Unauthenticated, "Sign in first."));
                break;
            case 4409:
                _changed.TrySetException(new Refusal(ErrorCode.RateLimited, "Too many devices of this account listen.") { RetryAfter = 10 });
                break;
            default:
                // The server stops: the answer is what there is so far, and the session is as good as before.
                _changed.TrySetResult();
                break;
        }
    }
}
