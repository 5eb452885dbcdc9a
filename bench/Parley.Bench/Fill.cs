using System.Text.Json;
using Parley.Client;

namespace Parley.Bench;

/// <summary>
/// A data folder for someone with many threads, the latest of which is long; for whoever measures with a program of their own, as the web app's
/// measurements do.
/// </summary>
internal sealed class Fill
{
    private const long MessagesInThread = 3, MessagesOfPair = 500;

    public required Setting Setting { get; init; }
    public required DirectoryInfo Data { get; init; }
    public required long Threads { get; init; }
    public required long LongThread { get; init; }

    /// <summary>How many messages others have, in threads of their own.</summary>
    public required long Others { get; init; }

    /// <summary>Fills it, and prints who is there: the person, the other one of the long thread, each with a token, and that thread.</summary>
    public async Task<int> Make()
    {
        Person? person = null, other = null;
        await Servers.Fill(Setting, Data.FullName, async population =>
        {
            // Thread n of a pair is of the people 2n - 1 and 2n, all of whom come after those of the star.
            var (first, pairs) = (Threads + 2, Others / MessagesOfPair);
            await population.AddPeople(pairs == 0 ? Threads + 2 : 2 * (first + pairs - 1));
            if (pairs > 0)
                await population.AddPairThreads(first, pairs, MessagesOfPair);
            await population.AddStarThreads(Threads, MessagesInThread);
            await population.AddLongThread(Threads, Threads * MessagesInThread, LongThread);
            (person, other) = (await population.AddSession(1), await population.AddSession(Threads + 2));
        });
        Console.WriteLine(JsonSerializer.Serialize(
            new { person = new { person!.Name, person.Token }, other = new { other!.Name, other.Token }, thread = $"{new Protocol.Id(Threads + 1)}" }, JsonSerializerOptions.Web));
        return 0;
    }
}
