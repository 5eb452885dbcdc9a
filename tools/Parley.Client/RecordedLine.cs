using System.IO.Compression;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>A line of a recorded conversation.</summary>
/// <param name="From">Who wrote.</param>
/// <param name="To">To whom; empty for someone unknown.</param>
/// <param name="Text">What.</param>
public sealed record RecordedLine(string From, string To, string Text)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Why the contract does not let the text through, null where it does.</summary>
    public string? TextProblem => Text switch
    {
        "" => "empty text",
        _ when Text.Contains('\0') => "U+0000 in the text",
        _ when Text.EnumerateRunes().Count() > Limits.TextLength => $"longer than {Limits.TextLength} characters",
        _ => null,
    };

    /// <summary>Reads JSON lines, packed with gzip where the name ends in .gz.</summary>
    /// <exception cref="InvalidDataException">A line is no such JSON; it says which.</exception>
    public static IEnumerable<RecordedLine> ReadFile(string path)
    {
        using Stream file = File.OpenRead(path);
        using var unpacked = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(unpacked);
        for (var number = 1; reader.ReadLine() is { } text; number++)
        {
            if (text.Length == 0)
                continue;
            RecordedLine? line;
            try
            {
                line = JsonSerializer.Deserialize<RecordedLine>(text, Json);
            }
            catch (JsonException error)
            {
                throw new InvalidDataException($"{path}, line {number}: {error.Message}", error);
            }
            yield return line ?? throw new InvalidDataException($"{path}, line {number}: null is no message.");
        }
    }
}
