using System.Globalization;

namespace Parley.Torture;

/// <summary>The kinds of lines in a journal, and their fields: numbers of people and threads as <see cref="World"/> has them.</summary>
internal static class Entries
{
    /// <summary>A message will be sent: person, thread, number.</summary>
    public const string Send = "S";

    /// <summary>A message was acknowledged: person, thread, number, seq, when (milliseconds of the machine's steady clock).</summary>
    public const string Acknowledged = "A";

    /// <summary>A message will be edited: person, thread, number, edition.</summary>
    public const string Edit = "E";

    /// <summary>An edit was acknowledged: person, thread, number, edition, when.</summary>
    public const string Edited = "EA";

    /// <summary>A message will be deleted: person, thread, number.</summary>
    public const string Delete = "D";

    /// <summary>A deletion was acknowledged: person, thread, number, when.</summary>
    public const string Deleted = "DA";

    /// <summary>Something that must not happen: a sentence.</summary>
    public const string Wrong = "!";

    /// <summary>A device applied a message: person, thread, seq, revision, cid, digest.</summary>
    public const string Message = "M";

    /// <summary>A device's window is at a revision: person, thread, revision.</summary>
    public const string Window = "W";

    /// <summary>A device has a head: person, thread, version and marks.</summary>
    public const string Head = "H";

    /// <summary>A device dropped everything, for a new epoch or a reset: person.</summary>
    public const string Dropped = "X";

    /// <summary>A device is at a version, and all lines since the last of this kind hold: person, epoch, version.</summary>
    public const string Version = "V";

    /// <summary>The program began again: lines of devices that no version followed do not hold.</summary>
    public const string Began = "B";

    /// <summary>A line.</summary>
    public static string Line(string kind, params ReadOnlySpan<object> fields)
    {
        var line = kind;
        foreach (var field in fields)
            line += string.Create(CultureInfo.InvariantCulture, $" {field}");
        return line + '\n';
    }

    /// <summary>A number in a line.</summary>
    public static int Int(string field) => int.Parse(field, CultureInfo.InvariantCulture);

    /// <summary>A large number in a line.</summary>
    public static long Long(string field) => long.Parse(field, CultureInfo.InvariantCulture);
}
