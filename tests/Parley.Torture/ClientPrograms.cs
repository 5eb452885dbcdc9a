using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Parley.Client;

namespace Parley.Torture;

/// <summary>The client programs of a run: started, told what to do, killed and started again.</summary>
internal sealed class ClientPrograms : IDisposable
{
    private readonly List<Program> _programs = [];

    public ClientPrograms(string work, string worldPath, int count)
    {
        for (var part = 0; part < count; part++)
            _programs.Add(new Program(worldPath, Path.Combine(work, $"journal-{part}"), part, count));
    }

    /// <summary>How many there are.</summary>
    public int Count => _programs.Count;

    /// <summary>The journals of all of them.</summary>
    public IReadOnlyList<string> Journals => [.. _programs.Select(program => program.Journal)];

    /// <summary>Messages acknowledged so far.</summary>
    public long Acknowledged => _programs.Sum(program => program.Acknowledged);

    /// <summary>Starts all of them.</summary>
    public void Start()
    {
        foreach (var program in _programs)
            program.Start(isQuiet: false);
    }

    /// <summary>Kills one with SIGKILL and starts it again at once.</summary>
    public void Restart(int part) => _programs[part].Restart();

    /// <summary>Stops the clockwork of one.</summary>
    public void Freeze(int part) => _programs[part].Signal("STOP");

    /// <summary>Lets it go on.</summary>
    public void Thaw(int part) => _programs[part].Signal("CONT");

    /// <summary>Tells all a word and waits until each has answered.</summary>
    public async Task<IReadOnlyList<string>> Tell(string word, TimeSpan patience) =>
        await Task.WhenAll(_programs.Select(program => program.Tell(word, patience)));

    /// <summary>Where all devices are.</summary>
    public async Task<IReadOnlyList<Position>> Locate() =>
        [.. (await Tell(ClientProgram.Positions, TimeSpan.FromMinutes(2))).SelectMany(answer => JsonSerializer.Deserialize<List<Position>>(answer)!)];

    public void Dispose()
    {
        foreach (var program in _programs)
            program.Kill();
    }

    private sealed class Program(string worldPath, string journal, int part, int parts)
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _answers = new();
        private Process? _process;
        private long _earlier;
        private long _now;

        public string Journal => journal;

        public long Acknowledged => Interlocked.Read(ref _earlier) + Interlocked.Read(ref _now);

        public void Start(bool isQuiet)
        {
            string[] arguments = [typeof(ClientPrograms).Assembly.Location, "client", worldPath, journal, $"{part}", $"{parts}", $"{isQuiet}"];
            var process = _process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            // In life clients have machines of their own: here they do not keep the servers from a processor.
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
            process.OutputDataReceived += (_, line) => Hear(line.Data);
            process.BeginOutputReadLine();
        }

        public void Restart()
        {
            Kill();
            Interlocked.Add(ref _earlier, Interlocked.Exchange(ref _now, 0));
            Start(isQuiet: false);
        }

        public void Signal(string signal) => Signals.Send(_process, signal);

        public void Kill()
        {
            if (_process is not { HasExited: false } process)
                return;
            process.Kill();
            process.WaitForExit();
        }

        public async Task<string> Tell(string word, TimeSpan patience)
        {
            var answer = _answers[word] = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            await _process!.StandardInput.WriteLineAsync(word);
            await _process.StandardInput.FlushAsync();
            return await answer.Task.WaitAsync(patience);
        }

        private void Hear(string? line)
        {
            if (line is null)
                return;
            var parts = line.Split(' ', 2);
            if (parts[0] == ClientProgram.Acknowledged)
                Interlocked.Exchange(ref _now, long.Parse(parts[1], CultureInfo.InvariantCulture));
            else if (_answers.TryRemove(parts[0], out var answer))
                answer.TrySetResult(parts.Length > 1 ? parts[1] : "");
        }
    }
}
