using System.Text;
using System.Threading.Channels;

namespace Parley.Torture;

/// <summary>
/// Lines that are on disk when their task completes. What gathers while the disk is busy is flushed together. After a kill the file
/// ends wherever it ends; a last line without its end is not read.
/// </summary>
internal sealed class Journal : IAsyncDisposable
{
    private readonly Channel<(string Lines, TaskCompletionSource Written)> _queue = Channel.CreateUnbounded<(string, TaskCompletionSource)>();
    private readonly FileStream _file;
    private readonly Task _writing;

    public Journal(string path)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        DropTornLine(_file);
        _writing = Task.Run(Write);
    }

    /// <summary>Appends lines, each with its end.</summary>
    public Task Append(string lines)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ObjectDisposedException.ThrowIf(!_queue.Writer.TryWrite((lines, written)), this);
        return written.Task;
    }

    /// <summary>The whole lines of a journal.</summary>
    public static IEnumerable<string> Read(string path)
    {
        if (!File.Exists(path))
            yield break;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var line = new StringBuilder();
        var buffer = new char[64 * 1024];
        for (int length; (length = reader.Read(buffer)) > 0;)
        {
            foreach (var c in buffer.AsSpan(0, length).ToArray())
            {
                if (c != '\n')
                {
                    line.Append(c);
                    continue;
                }
                yield return line.ToString();
                line.Clear();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing;
        await _file.DisposeAsync();
    }

    private async Task Write()
    {
        var waiting = new List<TaskCompletionSource>();
        var text = new StringBuilder();
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (_queue.Reader.TryRead(out var entry))
            {
                text.Append(entry.Lines);
                waiting.Add(entry.Written);
            }
            _file.Write(Encoding.UTF8.GetBytes(text.ToString()));
            _file.Flush(flushToDisk: true);
            foreach (var written in waiting)
                written.SetResult();
            waiting.Clear();
            text.Clear();
        }
    }

    private static void DropTornLine(FileStream file)
    {
        var end = file.Length;
        while (end > 0)
        {
            file.Position = end - 1;
            if (file.ReadByte() == '\n')
                break;
            end--;
        }
        file.SetLength(end);
        file.Position = end;
    }
}
