using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using Parley.Protocol;
using Xunit;

namespace Parley.Tests.Structure;

/// <summary>The wire cannot change without anyone noticing.</summary>
public sealed class WireTests
{
    private const string Stored = "tests/Parley.Tests/Structure/protocol-1.txt";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Type[] WrittenByHand = [typeof(Id), typeof(Timestamp), typeof(OptionalText)];

    [Fact]
    public void The_shapes_on_the_wire_are_those_of_version_1()
    {
        var now = Describe();
        var stored = Repository.Read(Stored).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var changed = now.Except(stored).Concat(stored.Except(now)).Select(line => line.Split(' ')[0]).Distinct().Order().ToList();
        if (changed.Count == 0)
            return;
        var file = Path.Combine(AppContext.BaseDirectory, "protocol-1.txt");
        File.WriteAllLines(file, now);
        Assert.Fail($"""
            The wire has changed: {string.Join(", ", changed)}.
            Where clients and servers of before still understand it (something was added that they may leave out or ignore), say so in
            docs/protocol.md and copy {file} to {Stored}.
            Otherwise it is another protocol: parley.2, spoken beside parley.1 as long as there are clients of it.
            """);
    }

    private static List<string> Describe() =>
    [
        .. typeof(WireJson).GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
            .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)
            .Select(type => $"{type.Name} {DescribeType(type)}")
            .Order(StringComparer.Ordinal),
    ];

    private static string DescribeType(Type type) =>
        WireJson.Wire.Options.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions
        {
            TransformSchemaNode = (context, schema) =>
                Array.Find(WrittenByHand, written => written == (Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type)) is { } known
                    ? new JsonObject { ["as"] = known.Name }
                    : schema,
        }).ToJsonString(Plain);
}
