using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>
/// A moment as the wire writes it: RFC 3339, UTC, milliseconds. For display only; nothing is ordered by it.
/// </summary>
/// <param name="Milliseconds">Milliseconds since 1970-01-01T00:00:00Z.</param>
[JsonConverter(typeof(TimestampJsonConverter))]
public readonly record struct Timestamp(long Milliseconds)
{
    internal const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>The moment as the clock tells it.</summary>
    public static Timestamp From(DateTimeOffset time) => new(time.ToUnixTimeMilliseconds());

    /// <inheritdoc/>
    public override string ToString() =>
        DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds).ToString(Format, CultureInfo.InvariantCulture);
}

/// <summary>Moments are JSON strings.</summary>
public sealed class TimestampJsonConverter : JsonConverter<Timestamp>
{
    /// <inheritdoc/>
    public override Timestamp Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Timestamp.From(reader.GetDateTimeOffset());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Timestamp value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[Timestamp.Format.Length];
        DateTimeOffset.FromUnixTimeMilliseconds(value.Milliseconds)
            .TryFormat(text, out var length, Timestamp.Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
