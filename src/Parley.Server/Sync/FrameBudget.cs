using Parley.Protocol;

namespace Parley.Server.Sync;

/// <summary>How much message text one frame may carry, so that no frame grows with what happened to gather.</summary>
public struct FrameBudget()
{
    private int _characters = 256 * 1024;

    /// <summary>Takes the messages' share; false when they no longer fit.</summary>
    public bool Take(IReadOnlyList<Message> messages)
    {
        foreach (var message in messages)
            _characters -= message.Text.Length + 100;
        return _characters >= 0;
    }
}
