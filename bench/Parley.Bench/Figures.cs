using System.Globalization;
using System.Text.Json;

namespace Parley.Bench;

/// <summary>What is printed at the end: a line of JSON and one to read.</summary>
internal static class Figures
{
    /// <summary>Prints both, and in both how fast the machine was: figures of different ones are compared with an eye on that.</summary>
    /// <param name="roundTrip">What <see cref="Client.RoundTrip"/> took right before the runs, in µs.</param>
    /// <param name="json">The figures.</param>
    /// <param name="line">The same to read.</param>
    public static void Print(double roundTrip, object json, FormattableString line)
    {
        var figures = JsonSerializer.SerializeToNode(json, JsonSerializerOptions.Web)!.AsObject();
        figures.Insert(1, "roundTrip", roundTrip);
        Console.WriteLine(figures.ToJsonString(JsonSerializerOptions.Web));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line.ToString(CultureInfo.InvariantCulture)}. A byte to another thread and back takes {roundTrip:0.0} µs here."));
    }

    /// <summary>The middle one of several runs.</summary>
    public static double Median<T>(IReadOnlyCollection<T> runs, Func<T, double> figure) => runs.Select(figure).Order().ElementAt(runs.Count / 2);

    /// <summary>A value that so many of a hundred do not exceed.</summary>
    public static double Percentile(IReadOnlyList<double> sorted, double percent) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * percent / 100))];
}
