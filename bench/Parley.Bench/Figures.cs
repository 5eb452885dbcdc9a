using System.Globalization;
using System.Text.Json;

namespace Parley.Bench;

/// <summary>What is printed at the end: a line of JSON and one to read.</summary>
internal static class Figures
{
    /// <summary>Prints both.</summary>
    public static void Print(object json, FormattableString line)
    {
        Console.WriteLine(JsonSerializer.Serialize(json, JsonSerializerOptions.Web));
        Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The middle one of several runs.</summary>
    public static double Median<T>(IReadOnlyCollection<T> runs, Func<T, double> figure) => runs.Select(figure).Order().ElementAt(runs.Count / 2);

    /// <summary>A value that so many of a hundred do not exceed.</summary>
    public static double Percentile(IReadOnlyList<double> sorted, double percent) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * percent / 100))];
}
