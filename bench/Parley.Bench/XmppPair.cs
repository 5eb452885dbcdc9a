using System.Buffers.Text;
using System.Globalization;
using System.Security;
using System.Text;

namespace Parley.Bench;

/// <summary>
/// A pair at an XMPP server, to set it beside Parley: a message has arrived when it has come out of the other's connection. Its number is its id.
/// </summary>
internal sealed class XmppPair : Pair
{
    private static readonly byte[] EndOfMessage = "</message>"u8.ToArray();

    private readonly XmppStream _sender, _receiver;
    private readonly string _to;

    private XmppPair(XmppStream sender, XmppStream receiver, string to, Texts texts) : base(passes: 1, texts)
    {
        (_sender, _receiver, _to) = (sender, receiver, to);
        _ = Read(ReadReceiver);
    }

    /// <summary>Connects both. The people of an XMPP server are called bench1, bench2 and so on, and their password is bench.</summary>
    /// <param name="server">Such as xmpp://localhost:5222.</param>
    /// <param name="index">The number of the pair, from 0.</param>
    /// <param name="texts">What is said.</param>
    public static async Task<Pair> Open(Uri server, int index, Texts texts)
    {
        string sender = $"bench{(2 * index) + 1}", receiver = $"bench{(2 * index) + 2}";
        return new XmppPair(
            await XmppStream.Open(server, sender, "bench"), await XmppStream.Open(server, receiver, "bench"), $"{receiver}@{server.Host}", texts);
    }

    protected override Task Say(long number, string text) => _sender.Write(
        string.Create(CultureInfo.InvariantCulture, $"<message to='{_to}' type='chat' id='{number}'><body>{SecurityElement.Escape(text)}</body></message>"), Stopped);

    protected override void Close()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    private async Task ReadReceiver()
    {
        while (true)
            Arrive(await _receiver.ReadTo(EndOfMessage, Stopped));
    }

    private void Arrive(ReadOnlySpan<byte> message)
    {
        // What came before the message is none: the end of a presence.
        var start = message[Math.Max(0, message.IndexOf("<message "u8))..];
        var at = start.IndexOf(" id='"u8);
        if (at < 0 || !Utf8Parser.TryParse(start[(at + 5)..], out long number, out _))
            throw new InvalidDataException($"This is no message of the bench: {Encoding.UTF8.GetString(message)}");
        Pass(number);
    }
}
