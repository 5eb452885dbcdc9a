using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Parley.Server.Hosting;

/// <summary>
/// What is read from and written to a connection, as a stream. Whoever waits with an empty buffer keeps no memory meanwhile. Closing it
/// does nothing: the connection is closed by whoever serves it.
/// </summary>
internal sealed class ConnectionStream(ConnectionContext connection) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var bytes = result.Buffer;
            var length = (int)Math.Min(bytes.Length, buffer.Length);
            // With neither bytes nor an end, a read was given up that HTTP had begun. To be asked first: bytes that were given back are others'.
            var isGivenUp = bytes.IsEmpty && !result.IsCompleted;
            bytes.Slice(0, length).CopyTo(buffer.Span);
            input.AdvanceTo(bytes.GetPosition(length));
            if (!isGivenUp)
                return length;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if ((await connection.Transport.Output.WriteAsync(buffer, cancellationToken)).IsCompleted)
            throw new IOException("The other side is gone.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
