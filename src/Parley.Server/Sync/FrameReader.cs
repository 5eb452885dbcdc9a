using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Parley.Protocol;
using Parley.Server.Hosting;

namespace Parley.Server.Sync;

/// <summary>Reads what clients say. Everything that is not a frame ends as <see cref="UnreadableFrame"/>.</summary>
internal static class FrameReader
{
    /// <summary>The frame's type; throws where the bytes are no JSON object with one.</summary>
    public static string ReadType(ReadOnlySpan<byte> frame)
    {
        if (!Utf8.IsValid(frame))
            throw new UnreadableFrame("The frame is not valid UTF-8.");
        try
        {
            return FindType(frame) ?? throw new UnreadableFrame("The frame has no type.");
        }
        catch (Exception error) when (IsUnreadable(error))
        {
            throw new UnreadableFrame("The frame is not a JSON object.");
        }
    }

    /// <summary>The frame itself.</summary>
    public static T Read<T>(ReadOnlyMemory<byte> frame, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(frame.Span, type)!;
        }
        catch (Exception error) when (IsUnreadable(error))
        {
            throw new UnreadableFrame(Explain(frame, type));
        }
    }

    // The serializer speaks of itself; the strict reader finds the words for a person, in its own time.
    private static string Explain<T>(ReadOnlyMemory<byte> frame, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            StrictJson.Read(frame.Span, type);
            return "The frame cannot be read.";
        }
        catch (Refusal refusal)
        {
            return refusal.Message;
        }
    }

    private static string? FindType(ReadOnlySpan<byte> frame)
    {
        var reader = new Utf8JsonReader(frame);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException();
        string? type = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType && type is not null)
                throw new UnreadableFrame("The frame's type is there twice.");
            if (isType)
                type = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
        }
        // Reads on to the end: there must be nothing behind the object.
        reader.Read();
        return type;
    }

    // The second is the reader's word for half of a surrogate pair.
    private static bool IsUnreadable(Exception error) => error is JsonException or InvalidOperationException;
}
