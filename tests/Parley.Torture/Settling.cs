using Parley.Client;
using Parley.Protocol;

namespace Parley.Torture;

/// <summary>The end of a run: nothing is said any more, and devices come to be where the server is.</summary>
internal static class Settling
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), Round = TimeSpan.FromMilliseconds(1_500);

    /// <summary>
    /// Waits until every device says it is where the server is, twice in a row; what is not there then is missing for good. Returns
    /// the lists that the API shows, by person.
    /// </summary>
    public static async Task<IReadOnlyList<IReadOnlyList<Head>>> Wait(World world, Uri server, Func<Task<IReadOnlyList<Position>>> locate)
    {
        using var api = new Api(server);
        var before = new List<long>();
        for (var until = Environment.TickCount64 + (long)Patience.TotalMilliseconds; Environment.TickCount64 < until; await Task.Delay(Round))
        {
            var now = new List<long>();
            foreach (var person in world.People)
                now.Add((await api.Bootstrap(person)).Version);
            var positions = await locate();
            if (now.SequenceEqual(before) && positions.All(position => position.Version == now[position.Person]))
                break;
            before = now;
        }
        var heads = new List<IReadOnlyList<Head>>();
        foreach (var person in world.People)
            heads.Add(await api.GetThreads(person));
        return heads;
    }
}
