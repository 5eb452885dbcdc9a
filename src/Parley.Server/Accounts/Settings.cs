using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Server.Accounts;

/// <summary>A user's settings: a small JSON object that the clients understand and the server only keeps.</summary>
internal static class Settings
{
    private const int LargestBytes = 4 * 1024;

    /// <summary>The stored settings with a patch laid over them key by key, where null removes a key.</summary>
    public static string Merge(string stored, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
            throw Refusal.Invalid("settings", "Settings must be an object.");
        using var before = JsonDocument.Parse(stored);
        var merged = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var setting in before.RootElement.EnumerateObject().Concat(patch.EnumerateObject()))
            merged[setting.Name] = setting.Value;

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in merged)
            {
                if (value.ValueKind == JsonValueKind.Null)
                    continue;
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        if (buffer.WrittenCount > LargestBytes)
            throw Refusal.Invalid("settings", $"Settings may have at most {LargestBytes:N0} bytes in all.");
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
