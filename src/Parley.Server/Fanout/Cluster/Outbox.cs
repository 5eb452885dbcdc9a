namespace Parley.Server.Fanout.Cluster;

/// <summary>
/// What waits for one other node. One call is under way at a time and takes all that has gathered: no timers, and under load few calls
/// with much in them. Changes that do not fit or arrive are given up and said to be (S10); everything else is small, and is said until
/// it is heard or the node is gone.
/// </summary>
internal sealed class Outbox(Func<Mail, Task> send)
{
    /// <summary>Bytes of frames that may wait: some seconds at full speed.</summary>
    internal const long BytesMax = 16 * 1024 * 1024;

    // The lists beside a frame, and the record, about.
    private const int Around = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private Mail _next = new();
    private TaskCompletionSource _heard = New();
    private long _bytes;
    private bool _isEmpty = true, _isSending, _isClosed;

    public void Add(MailedChange change)
    {
        lock (_lock)
        {
            if (!TryTake(change.Frame?.Length ?? 0))
            {
                _next.IsIncomplete = true;
                return;
            }
            _next.Changes.Add(change);
        }
        Start();
    }

    public void AddFleeting(long userId, byte[] frame)
    {
        lock (_lock)
        {
            if (!TryTake(frame.Length))
                return;
            _next.Fleeting.Add((userId, frame));
        }
        Start();
    }

    /// <summary>Completes when the node has heard it, or is gone.</summary>
    public Task Add(Route route) => Add(mail => mail.Routes.Add(route));

    /// <inheritdoc cref="Add(Route)"/>
    public Task AddForgotten(long userId) => Add(mail => mail.Forgotten.Add(userId));

    /// <inheritdoc cref="Add(Route)"/>
    public Task AddEndedSession(long userId, long sessionId) => Add(mail => mail.EndedSessions.Add((userId, sessionId)));

    /// <summary>The node is gone: nothing is said to it any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            _heard.TrySetResult();
        }
    }

    private Task Add(Action<Mail> add)
    {
        Task heard;
        lock (_lock)
        {
            if (_isClosed)
                return Task.CompletedTask;
            add(_next);
            _isEmpty = false;
            heard = _heard.Task;
        }
        Start();
        return heard;
    }

    private bool TryTake(int bytes)
    {
        if (_isClosed || _bytes + bytes > BytesMax)
            return false;
        _bytes += bytes + Around;
        _isEmpty = false;
        return true;
    }

    private void Start()
    {
        lock (_lock)
        {
            if (_isSending)
                return;
            _isSending = true;
        }
        _ = Task.Run(Send);
    }

    private async Task Send()
    {
        while (true)
        {
            Mail mail;
            TaskCompletionSource heard;
            lock (_lock)
            {
                if (_isEmpty || _isClosed)
                {
                    _isSending = false;
                    return;
                }
                (mail, heard) = (_next, _heard);
                (_next, _heard, _bytes, _isEmpty) = (new Mail(), New(), 0, true);
            }
            try
            {
                await send(mail);
                heard.SetResult();
            }
            catch (Exception)
            {
                // Whatever it was, either it passes or the membership will say that the node is gone.
                Repeat(mail, heard);
                await Task.Delay(Pause);
            }
        }
    }

    private void Repeat(Mail mail, TaskCompletionSource heard)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                heard.SetResult();
                return;
            }
            _next.Routes.InsertRange(0, mail.Routes);
            _next.Forgotten.InsertRange(0, mail.Forgotten);
            _next.EndedSessions.InsertRange(0, mail.EndedSessions);
            _next.IsIncomplete |= mail.IsIncomplete || mail.Changes.Count > 0;
            _isEmpty = false;
            _ = _heard.Task.ContinueWith(_ => heard.SetResult(), TaskScheduler.Default);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
