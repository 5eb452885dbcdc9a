using Parley.Protocol;
using Parley.Server.Accounts;
using Parley.Server.Hosting;
using Parley.Server.Messages;
using Parley.Server.Storage;
using Parley.Server.Sync;
using Parley.Server.Threads;

namespace Parley.Server.Demo;

/// <summary>Two people with a conversation to look at, made by the same commands as any other.</summary>
public static class DemoSeed
{
    private const int NotYetRead = 2;

    /// <summary>Has the greeting say how to sign in.</summary>
    public static void GreetDemo(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<ServerOptions>();
        if (!options.Demo)
            return;
        var greeting = app.Services.GetRequiredService<Greeting>();
        foreach (var person in (DemoPerson[])[DemoConversation.Maya, DemoConversation.Jonas])
            greeting.Add($"To look around, sign in as {person.Username} with the password {person.Password}");
        if (options.Host is not (null or "localhost"))
            greeting.Add("Everyone who reads this project knows these passwords: a server that others reach is better off without --demo.");
    }

    /// <summary>Fills the database once, before the server opens it, where that is wanted.</summary>
    public static async Task Fill(ServerOptions options)
    {
        if (!options.Demo)
            return;
        var length = TimeSpan.FromMinutes(DemoConversation.Lines.Sum(line => line.MinutesLater) + 12);
        var clock = new DemoClock(TimeProvider.System.GetUtcNow() - length);
        await using var database = StorageSetup.Open(options, clock);
        using var passwords = new Passwords(options);
        var signUp = new SignUp(database, passwords, clock);
        var people = new Dictionary<DemoPerson, long>();
        try
        {
            foreach (var person in (DemoPerson[])[DemoConversation.Maya, DemoConversation.Jonas])
            {
                var (me, _) = await signUp.Run(new SignUpRequest(person.Username, person.FullName, person.Password), "The demonstration");
                people[person] = me.Id.Value;
            }
        }
        catch (Refusal refusal) when (refusal.Code == ErrorCode.UsernameTaken)
        {
            // They are there from an earlier start, and whoever looked around may have changed what they said.
            return;
        }
        await Talk(database, clock, people);
    }

    private static async Task Talk(Database database, DemoClock clock, Dictionary<DemoPerson, long> people)
    {
        var (maya, jonas) = (people[DemoConversation.Maya], people[DemoConversation.Jonas]);
        var thread = (await database.Execute(new StartThread(maya, jonas, NewId.At(clock.GetUtcNow())))).ThreadId;
        foreach (var line in DemoConversation.Lines)
        {
            clock.Advance(TimeSpan.FromMinutes(line.MinutesLater));
            var from = people[line.From];
            var cid = Guid.CreateVersion7(clock.GetUtcNow()).ToString();
            var (message, _) = await database.Execute(new SendMessage(from, thread, cid, line.Text, line.ReplyTo));
            if (line.Reaction is not null)
                await database.Execute(new ReactToMessage(from == maya ? jonas : maya, thread, message.Seq, line.Reaction, true));
            if (line.Edited is not null)
                await database.Execute(new EditMessage(from, thread, message.Seq, line.Edited));
        }
        var last = DemoConversation.Lines.Length;
        await database.Execute(new UpdateThread(jonas, thread, new UpdateThreadRequest(Read: last)));
        await database.Execute(new UpdateThread(maya, thread, new UpdateThreadRequest(Read: last - NotYetRead)));
        await database.Execute(new MarkDelivered(maya, thread, last));
    }
}
