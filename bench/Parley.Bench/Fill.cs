using System.Text.Json;
using Microsoft.Data.Sqlite;
using Parley.Client;

namespace Parley.Bench;

/// <summary>
/// A data folder for someone with many threads, the latest of which is long; for whoever measures with a program of their own, as the web app's
/// measurements do.
/// </summary>
internal sealed class Fill
{
    private const long MessagesInThread = 3;

    public required Setting Setting { get; init; }
    public required DirectoryInfo Data { get; init; }
    public required long Threads { get; init; }
    public required long LongThread { get; init; }

    /// <summary>Fills it, and prints who is there: the person, the other one of the long thread, each with a token, and that thread.</summary>
    public async Task<int> Make()
    {
        Data.Create();
        await using (var server = new ServerProcess(Setting.Program, Data.FullName))
            await server.Operate("migrate");
        await using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(Data.FullName, "parley.db"), Pooling = false }.ToString());
        await database.OpenAsync();
        await Population.AddPeople(database, Threads + 2);
        await Population.AddStar(database, Threads, MessagesInThread);
        await Population.AddLongThread(database, Threads, Threads * MessagesInThread, LongThread);
        var (person, other) = (await Population.AddSession(database, 1), await Population.AddSession(database, Threads + 2));
        Console.WriteLine(JsonSerializer.Serialize(
            new { person = new { person.Name, person.Token }, other = new { other.Name, other.Token }, thread = $"{new Protocol.Id(Threads + 1)}" }, JsonSerializerOptions.Web));
        return 0;
    }
}
