using Parley.Protocol;

namespace Parley.Server.Fanout;

/// <summary>Whoever listens for a user: a socket or a long poll. Every call returns at once and may come from any thread.</summary>
public interface ISubscriber
{
    /// <summary>The sign-in that it belongs to.</summary>
    Id SessionId { get; }

    /// <summary>The user's channel has something newer.</summary>
    void OnChange();

    /// <summary>Someone whose presence it watches came or went.</summary>
    void OnPresence(long userId);

    /// <summary>A frame that is worth nothing later, such as "typing": sent now or dropped (S11).</summary>
    void OnFleeting(byte[] frame);

    /// <summary>It must close, with a code of docs/protocol.md.</summary>
    void Close(int code, string reason);
}
