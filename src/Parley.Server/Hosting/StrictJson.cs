using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Parley.Protocol;

namespace Parley.Server.Hosting;

/// <summary>
/// Reads what a client sent. The serializer alone overlooks some of what must not come in (halves of surrogate pairs and NUL in
/// texts that it skips) and explains itself in its own words, so every text is looked over once before.
/// </summary>
public static class StrictJson
{
    private const int DeepestNesting = 32;

    /// <summary>The object, or a <see cref="Refusal"/> that names the field or the place that is wrong.</summary>
    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        var fields = LookOver(json);
        var missing = type.Properties.Where(property => property.IsRequired && !fields.Contains(property.Name)).ToList();
        if (missing.Count > 0)
        {
            var refusal = Invalid(missing.Count == 1
                ? $"The field '{missing[0].Name}' is missing."
                : $"The fields {string.Join(", ", missing.Select(property => $"'{property.Name}'"))} are missing.");
            foreach (var property in missing)
                refusal.Errors[property.Name] = ["This field is missing."];
            throw refusal;
        }
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw NotAnObject();
        }
        catch (JsonException error)
        {
            throw Explain(error, type);
        }
    }

    /// <summary>Checks the text as a whole and gives the names of the object's fields.</summary>
    private static HashSet<string> LookOver(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            throw Invalid("A JSON object is expected, and there is nothing.");
        if (!Utf8.IsValid(json))
            throw Invalid("The JSON is not valid UTF-8.");
        var fields = new HashSet<string>();
        var field = "";
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DeepestNesting });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw NotAnObject();
            while (reader.Read())
            {
                if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String))
                    continue;
                CheckText(ref reader, field);
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                    continue;
                field = reader.GetString()!;
                if (!fields.Add(field))
                    throw Refusal.Invalid(field, $"The field '{Shorten(field)}' is there twice.");
            }
            return fields;
        }
        catch (JsonException error)
        {
            throw Invalid(reader.CurrentDepth >= DeepestNesting
                ? $"The JSON is nested more than {DeepestNesting} deep."
                : $"The JSON breaks at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}.");
        }
    }

    private static void CheckText(ref Utf8JsonReader reader, string field)
    {
        if (!reader.ValueIsEscaped)
            return;
        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw In(field, "has half of a surrogate pair, which is not a character.");
        }
        if (text.Contains('\0', StringComparison.Ordinal))
            throw In(field, "has a NUL character.");
    }

    private static Refusal Explain(JsonException error, JsonTypeInfo type)
    {
        // A path looks like $.settings.theme or $.userIds[0]; the field is its first step.
        var path = error.Path is { Length: > 2 } full && full.StartsWith("$.", StringComparison.Ordinal) ? full[2..] : "";
        var end = path.IndexOfAny(['.', '[']);
        var field = end < 0 ? path : path[..end];
        var property = type.Properties.FirstOrDefault(property => property.Name == field);
        if (property is null)
            return Invalid("A field is wrong.");
        if (end >= 0)
            return Refusal.Invalid(field, $"The field '{field}' has something in it that is wrong.");
        return Refusal.Invalid(field, $"The field '{field}' must be {Describe(property.PropertyType)}.");
    }

    private static string Describe(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(string) || t == typeof(Id) => "text",
        var t when t == typeof(bool) => "true or false",
        var t when t == typeof(long) || t == typeof(int) => "a whole number",
        var t when t.IsAssignableTo(typeof(System.Collections.IEnumerable)) && !t.IsAssignableTo(typeof(System.Collections.IDictionary)) => "a list",
        _ => "an object",
    };

    private static Refusal In(string field, string what) =>
        field.Length == 0 ? Invalid($"A field's name {what}") : Refusal.Invalid(field, $"The field '{Shorten(field)}' {what}");

    private static Refusal NotAnObject() => Invalid("A JSON object is expected.");

    private static Refusal Invalid(string sentence) => new(ErrorCode.InvalidRequest, sentence);

    private static string Shorten(string field) => field.Length <= 40 ? field : field[..40] + "…";
}
