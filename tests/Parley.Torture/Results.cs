using System.Text.Json;

namespace Parley.Torture;

/// <summary>What a run held, sentence by sentence, for people and for bin/test.</summary>
internal sealed class Results
{
    private readonly List<(string Sentence, bool? Held, string? WhyNot)> _all = [];

    /// <summary>Whether nothing failed.</summary>
    public bool IsClean => _all.TrueForAll(result => result.Held != false);

    /// <summary>A sentence, and whether it held.</summary>
    public void Add(string sentence, bool held) => _all.Add((sentence, held, null));

    /// <summary>A sentence that could not be tried, and why.</summary>
    public void Skip(string sentence, string whyNot) => _all.Add((sentence, null, whyNot));

    /// <summary>Prints all, and writes the counts to a file if one is named.</summary>
    public void Print(FileInfo? report)
    {
        foreach (var (sentence, held, whyNot) in _all)
            Console.WriteLine(held switch { true => $"held     {sentence}", false => $"FAILED   {sentence}", null => $"skipped  {sentence}: {whyNot}" });
        if (report is not null)
        {
            File.WriteAllText(report.FullName, JsonSerializer.Serialize(new
            {
                passed = _all.Count(result => result.Held == true),
                failed = _all.Count(result => result.Held == false),
                skipped = _all.Count(result => result.Held is null),
            }));
        }
    }
}
