using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Parley.Client;
using Spectre.Console;

namespace Parley.Replay;

/// <summary>One replay: read, sign up, talk, compare, report.</summary>
internal sealed class Run(Uri server, int atOnce)
{
    // The server hashes two to four passwords at a time; a few more may wait.
    private const int SignUpsAtOnce = 8;

    private readonly string _suffix = (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() % 1_000_000_000).ToString("x8");
    private readonly string _password = $"replay {Guid.NewGuid()}";

    /// <summary>Replays the files; the exit code is 0 when everything that was sent arrived as it was sent.</summary>
    public async Task<int> Replay(IEnumerable<FileInfo> files)
    {
        var plan = new Plan();
        foreach (var file in files)
        {
            foreach (var line in RecordedLine.ReadFile(file.FullName))
                plan.Add(line);
        }
        if (plan.Conversations.Count == 0)
            throw new InvalidDataException("The files hold no message that can be sent.");

        using var api = new Api(server);
        var outcomes = new ConcurrentBag<Outcome>();
        var talking = new Stopwatch();
        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async progress =>
            {
                var people = await SignUp(api, plan, progress);
                talking.Start();
                await TalkAll(api, plan, people, outcomes, talking, progress);
                talking.Stop();
            });
        return Report.Print(plan, outcomes, talking.Elapsed, api.Retries);
    }

    private async Task<IReadOnlyDictionary<string, Person>> SignUp(Api api, Plan plan, ProgressContext progress)
    {
        var names = plan.People;
        var task = progress.AddTask($"Signing up {names.Count:N0} people", maxValue: names.Count);
        var people = new ConcurrentDictionary<string, Person>();
        await ForEach(names.Select((name, number) => (name, number)), SignUpsAtOnce, async entry =>
        {
            people[entry.name] = await api.SignUp(entry.name, ToUsername(entry.name, entry.number), _password);
            task.Increment(1);
        });
        return people;
    }

    private async Task TalkAll(
        Api api, Plan plan, IReadOnlyDictionary<string, Person> people, ConcurrentBag<Outcome> outcomes, Stopwatch clock, ProgressContext progress)
    {
        var total = plan.Conversations.Sum(conversation => conversation.Messages.Count);
        var task = progress.AddTask("Talking", maxValue: total);
        var acknowledged = 0;
        // Every second conversation over the socket, the others over HTTP.
        await ForEach(plan.Conversations.Select((conversation, number) => (conversation, number)), atOnce, async entry =>
        {
            var conversation = entry.conversation;
            outcomes.Add(await new Talk(api, conversation, people[conversation.First], people[conversation.Second], entry.number % 2 == 1, () =>
            {
                var count = Interlocked.Increment(ref acknowledged);
                if (count % 100 == 0)
                    task.Description = $"Talking: {count:N0} messages, {count / clock.Elapsed.TotalSeconds:N0}/s";
                task.Increment(1);
            }).Run());
        });
        task.Value = total;
    }

    private static Task ForEach<T>(IEnumerable<T> items, int atOnce, Func<T, Task> work) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (item, _) => await work(item));

    /// <summary>A username of this run alone, so that a replay can be repeated on the same server.</summary>
    private string ToUsername(string name, int number)
    {
        var readable = new StringBuilder();
        foreach (var c in name.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c)).Take(12))
            readable.Append(c);
        return $"r{_suffix}-{number}-{readable}".TrimEnd('-');
    }
}
