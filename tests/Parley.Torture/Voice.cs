namespace Parley.Torture;

/// <summary>What all lanes of a program share: whether changes of earlier messages are allowed now, and how much was acknowledged.</summary>
internal sealed class Voice
{
    private readonly Lock _lock = new();
    private int _changing;
    private bool _isQuiet;
    private long _acknowledged;

    /// <summary>Messages acknowledged since the program began.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Whether only sends are allowed: seqs are about to mean other messages.</summary>
    public bool IsQuiet
    {
        get
        {
            lock (_lock)
                return _isQuiet;
        }
        set
        {
            lock (_lock)
                _isQuiet = value;
        }
    }

    /// <summary>Whether a change is under way.</summary>
    public bool IsChanging
    {
        get
        {
            lock (_lock)
                return _changing > 0;
        }
    }

    /// <summary>One more message is acknowledged.</summary>
    public void CountAcknowledged() => Interlocked.Increment(ref _acknowledged);

    /// <summary>Makes a change of an earlier message, if that is allowed now.</summary>
    public async Task<bool> TryChange(Func<Task> change)
    {
        lock (_lock)
        {
            if (_isQuiet)
                return false;
            _changing++;
        }
        try
        {
            await change();
            return true;
        }
        finally
        {
            lock (_lock)
                _changing--;
        }
    }
}
