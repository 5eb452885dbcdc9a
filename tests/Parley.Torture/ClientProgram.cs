using System.Text.Json;
using Parley.Client;

namespace Parley.Torture;

/// <summary>
/// A process with the devices of some people, which may be killed at any moment and goes on from its journal. It is told what to do
/// on its standard input, a word a line, and answers on its standard output.
/// </summary>
internal static class ClientProgram
{
    private static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(5), CountEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Only sends, and nothing else under way, from its answer on.</summary>
    public const string Quiet = "quiet";

    /// <summary>Everything again.</summary>
    public const string Loud = "loud";

    /// <summary>No new acts; answers when those under way are acknowledged.</summary>
    public const string Stop = "stop";

    /// <summary>Answers with the positions of its devices.</summary>
    public const string Positions = "positions";

    /// <summary>Says how many messages were acknowledged.</summary>
    public const string Acknowledged = "acknowledged";

    /// <summary>Runs the people whose number leaves the remainder <paramref name="part"/>, until its input ends.</summary>
    public static async Task<int> Run(string worldPath, string journalPath, int part, int parts, bool isQuiet)
    {
        var world = World.Read(worldPath);
        var people = Enumerable.Range(0, world.People.Count).Where(person => person % parts == part).ToList();
        var lines = Journal.Read(journalPath).ToList();
        var journal = new Journal(journalPath);
        await journal.Append($"{Entries.Began}\n");
        using var api = new Api(world.Server, TimeSpan.Zero, TryTimeout);
        var voice = new Voice { IsQuiet = isQuiet };
        var devices = people.ToDictionary(person => person, person =>
        {
            var state = new DeviceState(world, person);
            state.Restore(lines);
            return new Device(world, person, state, journal, api);
        });
        var lanes = people
            .SelectMany(person => world.ThreadsOf(person).Select(thread => (person, thread)))
            .ToDictionary(key => key, key => new Lane(world, key.person, key.thread, devices[key.person], journal, api, voice));
        foreach (var fields in lines.Select(line => line.Split(' ')).Where(fields => fields[0] is Entries.Send or Entries.Acknowledged))
            lanes[(Entries.Int(fields[1]), Entries.Int(fields[2]))].Restore(fields);
        lines.Clear();

        using var stop = new CancellationTokenSource();
        using var end = new CancellationTokenSource();
        foreach (var device in devices.Values)
            _ = device.Run(end.Token);
        var talking = Task.WhenAll(lanes.Values.Select(lane => Task.Run(() => lane.Run(stop.Token))));
        _ = EndIfBroken(talking);
        _ = Count(voice, end.Token);
        while (await Console.In.ReadLineAsync() is { } word)
        {
            switch (word)
            {
                case Quiet:
                    voice.IsQuiet = true;
                    while (voice.IsChanging)
                        await Task.Delay(20);
                    break;
                case Loud:
                    foreach (var lane in lanes.Values)
                        lane.Forget();
                    voice.IsQuiet = false;
                    break;
                case Stop:
                    await stop.CancelAsync();
                    await talking;
                    break;
            }
            Console.WriteLine(word == Positions
                ? $"{word} {JsonSerializer.Serialize(devices.Select(entry => new Position(entry.Key, entry.Value.Position.Epoch, entry.Value.Position.Version)))}"
                : word);
        }
        await end.CancelAsync();
        return 0;
    }

    // A lane that fails by itself would only be missed at the end.
    private static async Task EndIfBroken(Task talking)
    {
        try
        {
            await talking;
        }
        catch (Exception error)
        {
            Environment.FailFast("A lane failed.", error);
        }
    }

    private static async Task Count(Voice voice, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(CountEvery, CancellationToken.None);
            Console.WriteLine($"{Acknowledged} {voice.Acknowledged}");
        }
    }
}

/// <summary>Where a person's device is.</summary>
internal sealed record Position(int Person, string? Epoch, long Version);
