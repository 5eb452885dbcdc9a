using Parley.Protocol;

namespace Parley.Server.Messages;

/// <summary>What a message may say: anything, stored as typed, within the limits.</summary>
internal static class MessageText
{
    /// <summary>Refuses an empty or too long text, and U+0000, which no database keeps.</summary>
    public static string Check(string text)
    {
        if (text.Length == 0)
            throw Refusal.Invalid("text", "Write something first.");
        if (text.Contains('\0'))
            throw Refusal.Invalid("text", "The text holds a character that cannot be sent (U+0000).");
        // A code point is one or two UTF-16 units, so most texts need no counting.
        if (text.Length > Limits.TextLength && text.EnumerateRunes().Count() is var length && length > Limits.TextLength)
            throw Refusal.Invalid("text", $"A message is at most {Limits.TextLength:N0} characters; this one has {length:N0}.");
        return text;
    }

    /// <summary>Refuses a cid that is empty, too long or not printable ASCII.</summary>
    public static string CheckCid(string cid) =>
        cid.Length is > 0 and <= Limits.CidLength && cid.All(c => c is > ' ' and <= '~')
            ? cid
            : throw Refusal.Invalid("cid", $"A cid is 1 to {Limits.CidLength} printable ASCII characters without spaces.");
}
