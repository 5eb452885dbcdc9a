using System.Globalization;
using Parley.Client;

namespace Parley.Bench;

/// <summary>Puts people and what they say into a server that runs already, as anyone could: they sign up, and say it.</summary>
/// <param name="api">The server's.</param>
internal sealed class ApiPopulation(Api api) : IPopulation
{
    // Where a person signs up the server hashes a password, which a processor is busy with.
    private const int SignUpsAtOnce = 4, RequestsAtOnce = 64;

    // Usernames of an earlier measurement are taken.
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Talk>> AddPairs(int count, long messages, long threads, long people)
    {
        threads = Math.Max(threads, count);
        var all = await SignUp((int)Math.Max(people, 2 * threads));
        var talks = await Start((int)threads, i => (all[2 * i], all[(2 * i) + 1]));
        await Say(talks, messages);
        return [.. Enumerable.Range(0, count).Select(i => talks[i * ((int)threads / count)])];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Talk>> AddStar(int threads)
    {
        var all = await SignUp(threads + 1);
        var talks = await Start(threads, i => (all[i + 1], all[0]));
        await Say(talks, messages: 1);
        return talks;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long>> ReadVersions(IReadOnlyList<Person> people)
    {
        var versions = new long[people.Count];
        await ForEach(Enumerable.Range(0, people.Count), RequestsAtOnce, async i => versions[i] = (await api.Bootstrap(people[i])).Version);
        return versions;
    }

    private async Task<Person[]> SignUp(int count)
    {
        var people = new Person[count];
        await ForEach(Progress.Count("person signs up", count), SignUpsAtOnce, async i =>
            people[i] = await api.SignUp(string.Create(CultureInfo.InvariantCulture, $"Bench {i}"), string.Create(CultureInfo.InvariantCulture, $"b{i}-{_run}"), "a password for the bench"));
        return people;
    }

    private async Task<Talk[]> Start(int count, Func<int, (Person Sender, Person Receiver)> pair)
    {
        var talks = new Talk[count];
        await ForEach(Progress.Count("thread begins", count), RequestsAtOnce, async i =>
        {
            var (sender, receiver) = pair(i);
            var head = await api.StartThread(sender, receiver);
            talks[i] = new Talk(sender, receiver, head.Id, head.Revision);
        });
        return talks;
    }

    /// <summary>Says so many things in each thread.</summary>
    private async Task Say(Talk[] talks, long messages)
    {
        foreach (var _ in Progress.Count("message in each thread", (int)messages))
        {
            await ForEach(Enumerable.Range(0, talks.Length), RequestsAtOnce, async i =>
            {
                var said = await api.Send(talks[i].Sender, talks[i].Thread, Guid.CreateVersion7().ToString(), Texts.Usual.Next());
                talks[i] = talks[i] with { Revision = said.Revision };
            });
        }
    }

    private static Task ForEach(IEnumerable<int> numbers, int atOnce, Func<int, Task> act) =>
        Parallel.ForEachAsync(numbers, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (i, _) => await act(i));
}
