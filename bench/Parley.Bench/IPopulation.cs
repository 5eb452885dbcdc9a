using Parley.Client;

namespace Parley.Bench;

/// <summary>Puts people and what they have said into a server before something is measured.</summary>
internal interface IPopulation
{
    /// <summary>Pairs of people with a thread each, all of whom can do something.</summary>
    /// <param name="count">How many.</param>
    /// <param name="messages">How many messages each thread has.</param>
    /// <param name="threads">How many threads there are; they are spread among these. As many as pairs, if that is more.</param>
    /// <param name="people">How many people there are; as many as the threads need, if that is more.</param>
    Task<IReadOnlyList<Talk>> AddPairs(int count, long messages, long threads = 0, long people = 0);

    /// <summary>Threads of one person with others, with a message each; that one is the receiver of all of them.</summary>
    Task<IReadOnlyList<Talk>> AddStar(int threads);

    /// <summary>The version that each of these people is at.</summary>
    Task<IReadOnlyList<long>> ReadVersions(IReadOnlyList<Person> people);
}
