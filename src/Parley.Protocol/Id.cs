using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>
/// The id of a user, thread or session: a 64-bit number in the database, eleven characters of base64url on the wire,
/// where it is opaque. Exactly one text stands for each number.
/// </summary>
[JsonConverter(typeof(IdJsonConverter))]
public readonly record struct Id(long Value) : IComparable<Id>
{
    internal const int TextLength = 11;

    /// <summary>Reads the wire form; false for anything else, so that a foreign id is simply unknown.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Id id)
    {
        id = default;
        return text is { Length: TextLength } && TryParse(text.AsSpan(), out id);
    }

    internal static bool TryParse(ReadOnlySpan<char> text, out Id id)
    {
        Span<byte> bytes = stackalloc byte[9];
        Span<char> again = stackalloc char[TextLength];
        id = default;
        if (text.Length != TextLength || Base64Url.DecodeFromChars(text, bytes, out _, out var count) != OperationStatus.Done || count != 8)
            return false;
        id = new Id(BinaryPrimitives.ReadInt64BigEndian(bytes));
        // The last character carries two spare bits; only the canonical text is an id.
        return id.TryFormat(again) && again.SequenceEqual(text);
    }

    /// <summary>Writes the wire form.</summary>
    public override string ToString() => string.Create(TextLength, this, static (text, id) => id.TryFormat(text));

    /// <inheritdoc/>
    public int CompareTo(Id other) => Value.CompareTo(other.Value);

    internal bool TryFormat(Span<char> text)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Value);
        return Base64Url.TryEncodeToChars(bytes, text, out _);
    }
}

/// <summary>Ids are JSON strings, also as the keys of an object.</summary>
public sealed class IdJsonConverter : JsonConverter<Id>
{
    /// <inheritdoc/>
    public override Id Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Parse(reader.GetString()) : throw new JsonException("An id is a string.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Id value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[Id.TextLength];
        value.TryFormat(text);
        writer.WriteStringValue(text);
    }

    /// <inheritdoc/>
    public override Id ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, Id value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[Id.TextLength];
        value.TryFormat(text);
        writer.WritePropertyName(text);
    }

    // An unreadable id is one that nothing has: the lookup finds nothing, and the answer is the same as for any unknown id.
    private static Id Parse(string? text) => Id.TryParse(text, out var id) ? id : default;
}
