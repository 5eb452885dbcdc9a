using System.Globalization;
using System.Text;
using Parley.Protocol;

namespace Parley.Server.Messages;

/// <summary>What counts as a reaction.</summary>
internal static class Emoji
{
    private const int LengthMax = 32;
    private const int KeycapMark = 0x20E3;

    /// <summary>Refuses anything but one emoji: one grapheme that begins with a symbol, a flag, or is a keycap.</summary>
    public static string Check(string emoji)
    {
        if (emoji.Length is 0 or > LengthMax || StringInfo.GetNextTextElementLength(emoji) != emoji.Length)
            throw Refuse();
        var runes = emoji.EnumerateRunes().ToList();
        var isSymbol = Rune.GetUnicodeCategory(runes[0]) is UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol
            || runes[0].Value is 0x203C or 0x2049 or 0x3030 or 0x303D;
        var isKeycap = runes[^1].Value == KeycapMark;
        // A symbol before U+2000 ('©', '®' aside) is typography, not an emoji.
        var isEmoji = isKeycap || (isSymbol && (runes[0].Value >= 0x2000 || runes[0].Value is 0xA9 or 0xAE));
        return isEmoji ? emoji : throw Refuse();
    }

    private static Refusal Refuse() => Refusal.Invalid("emoji", "A reaction is one emoji.");
}
