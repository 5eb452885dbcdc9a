namespace Parley.Bench;

/// <summary>How far a measurement is, on a terminal; nothing where the error output goes elsewhere.</summary>
internal static class Progress
{
    private const int Width = 24;

    // Back to the start of the line, and what is there goes (ECMA-48).
    private const string Clear = "\r\e[K";

    /// <summary>Counts from 0, with a bar that is gone at the end.</summary>
    /// <param name="what">What is counted, such as "run".</param>
    /// <param name="count">How many there are at the most.</param>
    public static IEnumerable<int> Count(string what, int count)
    {
        try
        {
            for (var i = 0; i < count; i++)
            {
                var filled = Width * i / count;
                Show($"{Clear}{new string('█', filled)}{new string('░', Width - filled)} {what} {i + 1} of {count}");
                yield return i;
            }
        }
        finally
        {
            Show(Clear);
        }
    }

    private static void Show(string text)
    {
        if (!Console.IsErrorRedirected)
            Console.Error.Write(text);
    }
}
