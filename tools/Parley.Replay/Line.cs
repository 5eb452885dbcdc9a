using System.IO.Compression;
using System.Text.Json;

namespace Parley.Replay;

/// <summary>One line of a file: who wrote what to whom. An empty <c>To</c> is someone unknown.</summary>
internal sealed record Line(string From, string To, string Text)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads JSON lines, packed with gzip where the name ends in .gz.</summary>
    public static IEnumerable<Line> ReadFile(string path)
    {
        using Stream file = File.OpenRead(path);
        using var unpacked = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(unpacked);
        for (var number = 1; reader.ReadLine() is { } text; number++)
        {
            if (text.Length == 0)
                continue;
            Line? line;
            try
            {
                line = JsonSerializer.Deserialize<Line>(text, Json);
            }
            catch (JsonException error)
            {
                throw new InvalidDataException($"{path}, line {number}: {error.Message}", error);
            }
            yield return line ?? throw new InvalidDataException($"{path}, line {number}: null is no message.");
        }
    }
}
