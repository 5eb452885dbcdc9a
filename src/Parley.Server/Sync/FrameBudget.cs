using Parley.Protocol;

namespace Parley.Server.Sync;

/// <summary>How much message text one frame may carry, so that no frame grows with what happened to gather.</summary>
public sealed class FrameBudget
{
    private int _characters = 256 * 1024;

    /// <summary>Takes the messages' share; false when they no longer fit.</summary>
    public bool Take(IReadOnlyList<Message> messages)
    {
        foreach (var message in messages)
            _characters -= Share(message);
        return _characters >= 0;
    }

    /// <summary>Takes the share of the last message that a head shows; false when it no longer fits.</summary>
    public bool Take(Head head)
    {
        if (head.Last is { } last)
            _characters -= Share(last);
        return _characters >= 0;
    }

    private static int Share(Message message) => message.Text.Length + 100;
}
