using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Parley.Protocol;

namespace Parley.Torture;

/// <summary>
/// What messages say: it follows from their cid, so journals need not hold it, and the checker knows what every message must say.
/// </summary>
internal static class Wording
{
    private static readonly string[] Words = ["bread", "tomorrow", "好的", "where", "🙂", "train", "l'été", "seven", "why not", "明天见", "ok", "Straße"];

    /// <summary>The cid of a person's n-th message in a thread.</summary>
    public static string Cid(int person, int thread, int number) => $"{person}-{thread}-{number}";

    /// <summary>The person, the thread and the number in a cid; null if it is not one of ours.</summary>
    public static (int Person, int Thread, int Number)? ReadCid(string cid) =>
        cid.Split('-') is [var person, var thread, var number]
        && int.TryParse(person, NumberStyles.None, CultureInfo.InvariantCulture, out var p)
        && int.TryParse(thread, NumberStyles.None, CultureInfo.InvariantCulture, out var t)
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? (p, t, n)
            : null;

    /// <summary>The text of a message as it is first sent (edition 0) or after its edits; 20 to 200 characters, some of them long.</summary>
    public static string Text(string cid, int edition)
    {
        var chance = new Random(Hash(cid));
        var text = new StringBuilder($"{cid}/{edition}");
        for (var length = chance.Next(50) == 0 ? 4_000 : chance.Next(20, 200); text.Length < length;)
            text.Append(' ').Append(Words[chance.Next(Words.Length)]);
        return text.ToString();
    }

    /// <summary>The edition that a text is of a message, null if it is none.</summary>
    public static int? ReadEdition(string cid, string text)
    {
        var start = cid.Length + 1;
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        return text.StartsWith(cid, StringComparison.Ordinal) && end > start
            && int.TryParse(text.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out var edition)
            && Text(cid, edition) == text
                ? edition
                : null;
    }

    /// <summary>A digest of everything that people see of a message.</summary>
    public static string Digest(Message message)
    {
        var all = new StringBuilder($"{message.Seq}|{message.Cid}|{message.From}|{message.Deleted}|{message.EditedAt is not null}|{message.Text}");
        foreach (var (emoji, users) in message.Reactions ?? [])
            all.Append('|').Append(emoji).AppendJoin(',', users.Order().Select(user => user.ToString()));
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())).AsSpan(0, 6));
    }

    private static int Hash(string text) => BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
