using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>A text of a PATCH that may be absent (keep it), null (remove it) or given.</summary>
[JsonConverter(typeof(OptionalTextJsonConverter))]
public readonly record struct OptionalText(bool IsGiven, string? Value);

/// <summary>Reads null as given; absence leaves the default.</summary>
public sealed class OptionalTextJsonConverter : JsonConverter<OptionalText>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override OptionalText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Null => new(true, null),
            JsonTokenType.String => new(true, reader.GetString()),
            _ => throw new JsonException("A text or null is expected."),
        };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, OptionalText value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
