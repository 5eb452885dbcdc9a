using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Parley.Server.Hosting;
using Xunit;

namespace Parley.Tests.Hosting;

public sealed class ConnectionStreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(100)]
    public async Task What_begins_and_ends_at_the_same_place_of_two_blocks_of_memory_arrives_whole(int place)
    {
        const int Block = 4_096;
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, minimumSegmentSize: Block));
        var stream = new ConnectionStream(new DefaultConnectionContext { Transport = new Both(pipe) });
        var sent = new byte[place + (2 * Block)];
        Random.Shared.NextBytes(sent);
        for (var at = 0; at < sent.Length; at += Block)
            pipe.Writer.Write(sent.AsSpan(at, Math.Min(Block, sent.Length - at)));
        await pipe.Writer.FlushAsync(TestContext.Current.CancellationToken);

        var read = new byte[sent.Length];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        Assert.Equal(place, await stream.ReadAsync(read.AsMemory(0, place), patience.Token));
        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty, patience.Token));
        Assert.Equal(2 * Block, await stream.ReadAsync(read.AsMemory(place), patience.Token));

        Assert.Equal(sent, read);
    }

    [Fact]
    public async Task A_read_that_was_given_up_without_a_byte_is_no_end()
    {
        var pipe = new Pipe();
        var stream = new ConnectionStream(new DefaultConnectionContext { Transport = new Both(pipe) });
        pipe.Reader.CancelPendingRead();

        var reading = stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken);
        await pipe.Writer.WriteAsync("a"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal(1, await reading);
        await pipe.Writer.CompleteAsync();
        Assert.Equal(0, await stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    private sealed class Both(Pipe pipe) : IDuplexPipe
    {
        public PipeReader Input => pipe.Reader;

        public PipeWriter Output => pipe.Writer;
    }
}
