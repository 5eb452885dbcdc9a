using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Parley.Server.Sync;

/// <summary>Reads what clients say. Everything that is not a frame ends as <see cref="JsonException"/>.</summary>
internal static class FrameReader
{
    /// <summary>The frame's type; throws where the bytes are no JSON object with one.</summary>
    public static string ReadType(ReadOnlySpan<byte> frame)
    {
        if (!Utf8.IsValid(frame))
            throw new JsonException("The frame is not valid UTF-8.");
        var reader = new Utf8JsonReader(frame);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A frame is a JSON object.");
        string? type = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType)
            {
                if (type is not null || reader.TokenType != JsonTokenType.String)
                    throw new JsonException("The frame's type must be given once, as a string.");
                type = ReadString(ref reader);
            }
            reader.Skip();
        }
        if (reader.BytesConsumed < frame.Length && reader.Read())
            throw new JsonException("There is something after the frame.");
        return type ?? throw new JsonException("The frame has no type.");
    }

    /// <summary>The frame itself.</summary>
    public static T Read<T>(ReadOnlyMemory<byte> frame, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(frame.Span, type) ?? throw new JsonException("A frame is a JSON object.");
        }
        catch (InvalidOperationException)
        {
            // The reader's word for a surrogate without its other half.
            throw new JsonException("The frame holds text that is not valid Unicode.");
        }
    }

    private static string ReadString(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new JsonException("The frame holds text that is not valid Unicode.");
        }
    }
}
