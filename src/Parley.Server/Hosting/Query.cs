using System.Globalization;
using Parley.Protocol;

namespace Parley.Server.Hosting;

/// <summary>Numbers in the query string and in paths, read strictly: digits only.</summary>
public static class Query
{
    /// <summary>The number, null where it is absent; a Refusal where it is none, or out of its bounds.</summary>
    public static long? ReadNumber(string name, string? text, long min, long max)
    {
        if (text is null)
            return null;
        if (TryReadNumber(text, out var number) && number >= min && number <= max)
            return number;
        throw Refusal.Invalid(name, max == long.MaxValue
            ? $"'{name}' is a whole number from {min} on."
            : $"'{name}' is a whole number from {min} to {max}.");
    }

    /// <summary>Reads digits; false for anything else.</summary>
    public static bool TryReadNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
