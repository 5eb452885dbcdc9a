using CsCheck;
using Dapper;
using System.Data.Common;
using Parley.Protocol;
using Parley.Server.Accounts;
using Parley.Server.Storage;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Simulation;

/// <summary>Random acts of random people. An act that is refused (editing others' messages, replying to nothing) changes nothing.</summary>
internal static class Acts
{
    private static readonly string[] Emoji = ["👍", "❤️", "😂"];

    /// <summary>One act: which kind, by whom, with whom, on what.</summary>
    public sealed record Act(string Kind, int User, int Other, int Place, bool IsOn)
    {
        public override string ToString() => $"{Kind}({User},{Other},{Place},{IsOn})";
    }

    public static Gen<Act> Any(int users) => Gen.Select(
        Gen.Frequency(
            (2, Gen.Const("start")), (12, Gen.Const("send")), (3, Gen.Const("edit")), (3, Gen.Const("delete")), (3, Gen.Const("react")),
            (4, Gen.Const("read")), (2, Gen.Const("delivered")), (2, Gen.Const("flags")), (2, Gen.Const("nickname")), (2, Gen.Const("leave")),
            (1, Gen.Const("profile")), (3, Gen.Const("again")), (1, Gen.Const("intrude")), (1, Gen.Const("break"))),
        Gen.Int[0, users - 1], Gen.Int[1, users - 1], Gen.Int[0, 5], Gen.Bool,
        (kind, user, offset, place, isOn) => new Act(kind, user, (user + offset) % users, place, isOn));

    /// <summary>Performs it; true if it was granted.</summary>
    public static async Task<bool> Perform(Database database, long[] users, Act act, Answers? answers = null)
    {
        var (user, other) = (users[act.User], users[act.Other]);
        try
        {
            var thread = await database.StartThread(user, other);
            var lastSeq = (await database.ReadHead(user, thread))?.LastSeq ?? 0;
            var seq = Math.Max(1, lastSeq - act.Place);
            await (act.Kind switch
            {
                "start" => Task.CompletedTask,
                "send" => database.Send(user, thread, $"text {act.Place}", replyTo: act.IsOn ? seq : null),
                "edit" => database.Edit(user, thread, seq, $"edited {act.Place}"),
                "delete" => database.Delete(user, thread, seq),
                "react" => database.React(user, thread, seq, Emoji[act.Place % Emoji.Length], act.IsOn),
                "read" => database.MarkRead(user, thread, seq),
                "delivered" => database.MarkDelivered(user, thread, seq),
                "flags" => database.Update(user, thread, new UpdateThreadRequest(
                    null, act.Place % 3 == 0 ? act.IsOn : null, act.Place % 3 == 1 ? act.IsOn : null, act.Place % 3 == 2 ? act.IsOn : null)),
                "nickname" => database.Update(user, thread, new UpdateThreadRequest(
                    Nickname: new OptionalText(true, act.IsOn ? $"nick {act.Place}" : null))),
                "leave" => database.DeleteThread(user, thread),
                "profile" => database.Execute(new ChangeProfile(new Id(user), new ProfileChange { FullName = $"Name {act.Place}" })),
                "again" => SendAgain(database, user, thread, act, answers),
                "intrude" => Assert.ThrowsAsync<Refusal>(async () => await database.Send(user, await FindForeignThread(database, user), "let me in")),
                "break" => Break(database, user, thread),
                _ => throw new ArgumentOutOfRangeException(nameof(act), act.Kind, null),
            });
            return true;
        }
        catch (Refusal)
        {
            return false;
        }
    }

    // A null where the table wants none: found when the whole batch is saved, unless one of its neighbours has put a text there by then.
    private static async Task Break(Database database, long user, long thread)
    {
        try
        {
            await database.Send(user, thread, null!);
        }
        catch (DbException)
        {
            // The others in the batch must not feel it.
        }
    }

    private static async Task SendAgain(Database database, long user, long thread, Act act, Answers? answers)
    {
        var cid = $"cid {act.Place}";
        var sent = await database.Send(user, thread, $"again {act.Place}", cid);
        answers?.Add(user, thread, cid, sent.Seq);
    }

    private static Task<long> FindForeignThread(Database database, long user) => database.Read(connection =>
        connection.QueryFirstOrDefaultAsync<long>(
            "SELECT thread_id FROM threads WHERE thread_id NOT IN (SELECT thread_id FROM thread_users WHERE user_id = @user)", new { user }));
}
