using System.Globalization;
using Parley.Client;

namespace Parley.Torture;

/// <summary>
/// How long a kill -9 silences people: a few talk, at a pace that leaves the machine to the server, which is killed and started again
/// and again. Counted from the kill to the first acknowledgement that reaches anyone.
/// </summary>
internal sealed class Recovery(string program, int times)
{
    private const int People = 16;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100), Retry = TimeSpan.FromMilliseconds(50), Calm = TimeSpan.FromSeconds(3);

    private long _acknowledgedAt;

    /// <summary>Runs it; the exit code is 0 when people could talk again each time.</summary>
    public async Task<int> Run()
    {
        var data = Directory.CreateTempSubdirectory("parley-recovery-").FullName;
        try
        {
            await using var server = new ServerProcess(program, data);
            await server.Start();
            using var api = new Api(server.Address, patience: TimeSpan.Zero);
            var people = new List<Person>();
            for (var i = 0; i < People; i++)
                people.Add(await api.SignUp($"Person {i}", $"person{i}", "correct horse battery"));
            using var stop = new CancellationTokenSource();
            var talks = people.Chunk(2).Select(pair => Talk(api, pair[0], pair[1], stop.Token)).ToList();

            List<long> acknowledged = [], listening = [];
            for (var i = 0; i < times; i++)
            {
                await Task.Delay(Calm, stop.Token);
                var killed = Environment.TickCount64;
                server.Kill();
                await server.Start();
                while (Volatile.Read(ref _acknowledgedAt) < server.ListeningSince)
                    await Task.Delay(1, stop.Token);
                acknowledged.Add(Volatile.Read(ref _acknowledgedAt) - killed);
                listening.Add(server.ListeningSince - killed);
            }
            await stop.CancelAsync();
            await Task.WhenAll(talks);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first acknowledgement after kill -9, ms: {Report.Spread(acknowledged)}"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"of it until the server listens, ms: {Report.Spread(listening)}"));
            return 0;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>One says something at a pace, each message until it is acknowledged.</summary>
    private async Task Talk(Api api, Person one, Person other, CancellationToken stop)
    {
        var thread = (await api.StartThread(one, other)).Id;
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            while (true)
            {
                try
                {
                    await api.Send(one, thread, $"{thread}-{number}", "Still there?");
                    break;
                }
                catch (Exception error) when (Device.IsFailure(error))
                {
                    await Task.Delay(Retry, CancellationToken.None);
                }
            }
            Volatile.Write(ref _acknowledgedAt, Environment.TickCount64);
            await Task.Delay(Pace, CancellationToken.None);
        }
    }
}
