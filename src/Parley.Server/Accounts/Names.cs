using System.Globalization;
using System.Text;
using Parley.Protocol;

namespace Parley.Server.Accounts;

/// <summary>What people and nicknames may be called.</summary>
public static class Names
{
    private const int LongestName = 100;
    private const int ShortestUsername = 2, LongestUsername = 32;

    /// <summary>The username as it is stored; a Refusal where it breaks a rule.</summary>
    public static string CheckUsername(string username)
    {
        var lower = username.ToLowerInvariant();
        if (lower.Length is < ShortestUsername or > LongestUsername)
            throw Refusal.Invalid("username", $"A username has {ShortestUsername} to {LongestUsername} characters.");
        if (!lower.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-'))
            throw Refusal.Invalid("username", "A username is made of the letters a to z, digits, '.', '_' and '-'.");
        if (!char.IsAsciiLetterOrDigit(lower[0]))
            throw Refusal.Invalid("username", "A username begins with a letter or a digit.");
        return lower;
    }

    /// <summary>The name as it is stored: trimmed, without what is invisible or turns text around.</summary>
    public static string CheckFullName(string fullName)
    {
        var clean = Clean(fullName);
        if (clean.Length == 0)
            throw Refusal.Invalid("fullName", "A name needs at least one character that can be seen.");
        if (CountCharacters(clean) > LongestName)
            throw Refusal.Invalid("fullName", $"A name has at most {LongestName} characters.");
        return clean;
    }

    /// <summary>A nickname as it is stored; null where there is nothing left of it.</summary>
    public static string? CleanNickname(string? nickname)
    {
        var clean = Clean(nickname ?? "");
        if (CountCharacters(clean) > LongestName)
            throw Refusal.Invalid("nickname", $"A nickname has at most {LongestName} characters.");
        return clean.Length == 0 ? null : clean;
    }

    private static int CountCharacters(string text) => text.EnumerateRunes().Count();

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
                clean.Append(' ');
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate) && !IsDirectional(rune.Value))
                clean.Append(rune.ToString());
        }
        return string.Join(' ', clean.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)) is var joined && HasVisible(joined) ? joined : "";
    }

    // A joiner (U+200D) belongs to emoji and to some scripts, but is no name by itself.
    private static bool HasVisible(string text) => text.EnumerateRunes().Any(rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format);

    // Marks, embeddings, overrides and isolates: they would turn the text around a name as well.
    private static bool IsDirectional(int value) =>
        value is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200B or 0xFEFF;
}
