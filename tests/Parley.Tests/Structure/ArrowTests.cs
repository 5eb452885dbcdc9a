using Parley.Protocol;
using Parley.Server;
using Xunit;

namespace Parley.Tests.Structure;

/// <summary>Which way the server's parts point, read from the compiled code.</summary>
public sealed class ArrowTests
{
    private const string Root = "Parley.Server", Protocol = "Parley.Protocol", Driver = "Microsoft.Data.Sqlite";
    private const string Begin = "<!-- arrows: printed by ArrowTests -->\n", End = "<!-- /arrows -->";

    private static readonly IReadOnlySet<(string From, string To)> Uses = AssemblyUses.Read(typeof(Program).Assembly.Location);

    /// <summary>What each part may use. Program may use everything, and everything may use the protocol and be counted by Telemetry.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Demo"] = ["Messages", "Threads", "Accounts", "Sync", "Storage", "Hosting"],
        ["Messages"] = ["Threads", "Accounts", "Sync", "Storage", "Hosting"],
        ["Threads"] = ["Accounts", "Sync", "Storage", "Hosting"],
        ["Presence"] = ["Threads", "Sync", "Fanout", "Storage", "Hosting"],
        ["Photos"] = ["Accounts", "Sync", "Storage", "Hosting"],
        ["Accounts"] = ["Sync", "Fanout", "Storage", "Hosting"],
        ["Sync"] = ["Fanout", "Storage", "Hosting"],
        ["Operations"] = ["Hosting", "Storage", "Storage_Sqlite", "Storage_Postgres"],
        ["Fanout"] = ["Fanout_Cluster", "Storage", "Storage_Postgres", "Hosting"],
        ["Fanout_Cluster"] = ["Fanout", "Storage", "Storage_Postgres", "Hosting", "Orleans"],
        ["Hosting"] = ["Storage", "Storage_Sqlite", "Storage_Postgres"],
        ["Storage_Sqlite"] = ["Storage", "SQLite_driver"],
        ["Storage_Postgres"] = ["Storage", "PostgreSQL_driver"],
    };

    [Fact]
    public void Every_arrow_is_an_allowed_one() =>
        Assert.DoesNotContain(
            Arrows(), arrow => arrow is not ({ From: "Program" } or { To: "Protocol" or "Telemetry" }) && !AllowedFrom(arrow.From).Contains(arrow.To));

    [Fact]
    public void The_reader_sees_the_arrows_that_are_there_for_sure()
    {
        // From a base type, a call, and a generic argument.
        Assert.Contains(("Messages", "Storage"), Arrows());
        Assert.Contains(("Sync", "Fanout"), Arrows());
        Assert.Contains(("Storage_Sqlite", "SQLite_driver"), Arrows());
        Assert.Contains(("Storage_Postgres", "PostgreSQL_driver"), Arrows());
    }

    [Fact]
    public void The_protocol_knows_nothing_of_the_server() =>
        Assert.DoesNotContain(
            AssemblyUses.Read(typeof(ErrorCode).Assembly.Location),
            use => use.To.StartsWith("Parley.", StringComparison.Ordinal) && use.To != Protocol);

    [Fact]
    public void The_picture_in_the_architecture_document_is_the_code()
    {
        var document = Repository.Read("docs/architecture.md");
        var begin = document.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var drawn = document[begin..document.IndexOf(End, begin, StringComparison.Ordinal)];
        Assert.True(drawn == Draw(), $"docs/architecture.md shows other arrows than the code has. Put this between its markers:\n\n{Draw()}");
    }

    private static string[] AllowedFrom(string part) => Allowed.GetValueOrDefault(part, []);

    // Program points everywhere, and everything points to Protocol and Telemetry: drawn, they would hide the rest.
    private static string Draw() =>
        "```mermaid\nflowchart TD\n" + string.Concat(Arrows()
            .Where(arrow => arrow is { From: not "Program", To: not ("Protocol" or "Telemetry") })
            .Select(arrow => $"    {arrow.From} --> {arrow.To}\n")) + "```\n";

    private static IEnumerable<(string From, string To)> Arrows() =>
        Uses.Select(use => (From: PartOf(use.From), To: PartOf(use.To)))
            .Where(arrow => arrow is { From: not (null or "Protocol" or "SQLite_driver" or "PostgreSQL_driver" or "Orleans"), To: not null } && arrow.From != arrow.To)
            .Select(arrow => (From: arrow.From!, To: arrow.To!)).Distinct().Order();

    private static string? PartOf(string name) => name switch
    {
        Root => "Program",
        Protocol => "Protocol",
        _ when name == "Npgsql" || name.StartsWith("Npgsql.", StringComparison.Ordinal) => "PostgreSQL_driver",
        _ when name.StartsWith(Driver, StringComparison.Ordinal) || name.StartsWith("SQLitePCL", StringComparison.Ordinal) => "SQLite_driver",
        _ when name == "Orleans" || name.StartsWith("Orleans.", StringComparison.Ordinal) => "Orleans",
        _ when name.StartsWith(Root + ".", StringComparison.Ordinal) => name[(Root.Length + 1)..].Replace('.', '_'),
        _ => null,
    };
}
