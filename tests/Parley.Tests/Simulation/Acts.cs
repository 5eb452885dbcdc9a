using CsCheck;
using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Tests.Support;

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
            (4, Gen.Const("read")), (2, Gen.Const("delivered")), (2, Gen.Const("flags")), (2, Gen.Const("nickname")), (2, Gen.Const("leave"))),
        Gen.Int[0, users - 1], Gen.Int[1, users - 1], Gen.Int[0, 5], Gen.Bool,
        (kind, user, offset, place, isOn) => new Act(kind, user, (user + offset) % users, place, isOn));

    /// <summary>Performs it; true if it was granted.</summary>
    public static async Task<bool> Perform(Database database, long[] users, Act act)
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
                _ => throw new ArgumentOutOfRangeException(nameof(act), act.Kind, null),
            });
            return true;
        }
        catch (Refusal)
        {
            return false;
        }
    }
}
