using System.Buffers.Text;
using System.Globalization;

namespace Parley.Bench;

/// <summary>
/// A pair at an XMPP server, to set it beside Parley: a message has arrived when it has come out of the other's connection. Its number is how its body
/// begins.
/// </summary>
internal sealed class XmppPair : Pair
{
    private static readonly byte[] EndOfMessage = "</message>"u8.ToArray();

    private readonly XmppStream _sender, _receiver;
    private readonly string _to;

    private XmppPair(XmppStream sender, XmppStream receiver, string to) : base(passes: 1)
    {
        (_sender, _receiver, _to) = (sender, receiver, to);
        _ = Read(ReadReceiver);
    }

    /// <summary>Connects both. The people of an XMPP server are called bench1, bench2 and so on, and their password is bench.</summary>
    /// <param name="server">Such as xmpp://localhost:5222.</param>
    /// <param name="index">The number of the pair, from 0.</param>
    public static async Task<Pair> Open(Uri server, int index)
    {
        string sender = $"bench{(2 * index) + 1}", receiver = $"bench{(2 * index) + 2}";
        return new XmppPair(
            await XmppStream.Open(server, sender, "bench"), await XmppStream.Open(server, receiver, "bench"), $"{receiver}@{server.Host}");
    }

    protected override Task Say(long number) => _sender.Write(
        string.Create(CultureInfo.InvariantCulture, $"<message to='{_to}' type='chat' id='{number}'><body>{number:d12}{Text.AsSpan(12)}</body></message>"), Stopped);

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
        var at = message.IndexOf("<body>"u8);
        if (at < 0 || !Utf8Parser.TryParse(message[(at + 6)..], out long number, out _))
            throw new InvalidDataException($"This is no message of the bench: {System.Text.Encoding.UTF8.GetString(message)}");
        Pass(number);
    }
}
