using System.Text.Json;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Torture;

/// <summary>Who there is and who talks to whom. The harness makes it, the client programs read it.</summary>
/// <param name="Server">Where clients reach the server: the address of the fault proxy.</param>
/// <param name="Seed">What chance begins with.</param>
/// <param name="People">Everyone; their index is their number.</param>
/// <param name="Threads">Every thread; its index is its number.</param>
/// <param name="Pace">What a person waits in a thread between two acts, in milliseconds, on average.</param>
internal sealed record World(Uri Server, int Seed, IReadOnlyList<Person> People, IReadOnlyList<Talk> Threads, int Pace = 0)
{
    // So many passwords are hashed at a time.
    private const int SignUpsAtOnce = 4;

    /// <summary>The numbers of the threads that a person is in.</summary>
    public IEnumerable<int> ThreadsOf(int person) =>
        Enumerable.Range(0, Threads.Count).Where(thread => Threads[thread].First == person || Threads[thread].Second == person);

    /// <summary>Signs people up, each in a thread with the next few, all of them in a ring.</summary>
    public static async Task<World> Make(Uri server, Uri proxy, int seed, int people, int neighbours, string name = "person")
    {
        using var api = new Api(server);
        var persons = new Person[people];
        await Parallel.ForAsync(0, people, new ParallelOptions { MaxDegreeOfParallelism = SignUpsAtOnce }, async (i, _) =>
            persons[i] = await api.SignUp($"Person {i}", $"{name}{i}", "a password for the harness"));
        var threads = new List<Talk>();
        for (var first = 0; first < people; first++)
        {
            for (var step = 1; step <= neighbours; step++)
            {
                var second = (first + step) % people;
                threads.Add(new Talk((await api.StartThread(persons[first], persons[second])).Id, first, second));
            }
        }
        return new World(proxy, seed, persons, threads);
    }

    /// <summary>Writes it for <see cref="Read"/>.</summary>
    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this));

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public static World Read(string path) => JsonSerializer.Deserialize<World>(File.ReadAllText(path))!;
}

/// <summary>A thread, and the numbers of the two people in it.</summary>
internal sealed record Talk(Id Id, int First, int Second);
