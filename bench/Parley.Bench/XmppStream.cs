using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace Parley.Bench;

/// <summary>A connection to an XMPP server without TLS (RFC 6120), as far as people need it who only talk.</summary>
internal sealed class XmppStream : IDisposable
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private readonly PipeReader _reader;

    private XmppStream(TcpClient client)
    {
        (_client, _stream) = (client, client.GetStream());
        _reader = PipeReader.Create(_stream);
    }

    /// <summary>Connects, signs in and says that the person is there.</summary>
    /// <param name="server">Such as xmpp://localhost:5222; its host is the domain of the people too.</param>
    /// <param name="name">The name before the @.</param>
    /// <param name="password">Their password.</param>
    /// <exception cref="InvalidDataException">The server refused them.</exception>
    public static async Task<XmppStream> Open(Uri server, string name, string password)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(server.Host, server.Port);
        var xmpp = new XmppStream(client);
        var header = $"<?xml version='1.0'?><stream:stream to='{server.Host}' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
        var plain = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{name}\0{password}"));
        await xmpp.Ask(header, "</stream:features>");
        await xmpp.Ask($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>", "<success");
        await xmpp.Ask(header, "</stream:features>");
        await xmpp.Ask("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", "</iq>");
        // It comes back to whoever says it.
        await xmpp.Ask("<presence/>", "<presence");
        return xmpp;
    }

    /// <summary>Writes what is XML already.</summary>
    public async Task Write(string xml, CancellationToken cancel) => await _stream.WriteAsync(Encoding.UTF8.GetBytes(xml), cancel);

    /// <summary>Reads up to the end of a mark, and gives what was before it.</summary>
    /// <exception cref="EndOfStreamException">The server closed the connection.</exception>
    public async Task<byte[]> ReadTo(byte[] mark, CancellationToken cancel)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancel);
            if (TryReadTo(read.Buffer, mark, out var before, out var rest))
            {
                _reader.AdvanceTo(rest);
                return before;
            }
            if (read.IsCompleted)
                throw new EndOfStreamException($"The XMPP server closed the connection. It said last: {Encoding.UTF8.GetString(read.Buffer)}");
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    public void Dispose() => _client.Dispose();

    private static bool TryReadTo(in ReadOnlySequence<byte> buffer, ReadOnlySpan<byte> mark, out byte[] before, out SequencePosition rest)
    {
        var reader = new SequenceReader<byte>(buffer);
        var isFound = reader.TryReadTo(out ReadOnlySequence<byte> found, mark);
        (before, rest) = isFound ? (found.ToArray(), reader.Position) : ([], buffer.Start);
        return isFound;
    }

    private async Task Ask(string xml, string answer)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await Write(xml, patience.Token);
        await ReadTo(Encoding.UTF8.GetBytes(answer), patience.Token);
    }
}
