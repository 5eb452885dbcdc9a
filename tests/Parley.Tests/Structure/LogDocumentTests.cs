using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Parley.Server;
using Xunit;

namespace Parley.Tests.Structure;

/// <summary>docs/logs.md is the catalogue of what the server logs, and nothing is logged past it.</summary>
public sealed partial class LogDocumentTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void Every_event_is_documented_with_its_level_and_sentence_and_every_documented_one_is_there()
    {
        var logged = Events().Select(found => $"{found.EventId} | {found.Level} | {found.Message}").ToHashSet();
        var documented = Row().Matches(Repository.Read("docs/logs.md")).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.NotEmpty(logged);
        Assert.True(logged.SetEquals(documented), $"""
            Missing in docs/logs.md, or with other words: {string.Join("; ", logged.Except(documented).Order())}
            Documented, but not there: {string.Join("; ", documented.Except(logged).Order())}
            """);
    }

    [Fact]
    public void No_two_events_share_a_number_and_every_one_is_a_sentence()
    {
        var events = Events().ToList();
        Assert.Equal(events.Select(found => found.EventId).Distinct(), events.Select(found => found.EventId));
        // What ends with a placeholder ends with a sentence of its own.
        Assert.All(events, found => Assert.Matches(@"^[A-Z{].*[.}]$", found.Message));
    }

    [Fact]
    public void Nothing_is_logged_but_by_a_numbered_event()
    {
        using var image = new PEReader(File.OpenRead(typeof(Program).Assembly.Location));
        var metadata = image.GetMetadataReader();
        var called = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => (Type: metadata.GetTypeReference((TypeReferenceHandle)member.Parent), Name: metadata.GetString(member.Name)))
            .Select(call => $"{metadata.GetString(call.Type.Namespace)}.{metadata.GetString(call.Type.Name)}.{call.Name}")
            .ToHashSet();
        // What the generated code calls is seen, so what is written by hand would be.
        Assert.Contains("Microsoft.Extensions.Logging.LoggerMessage.Define", called);
        Assert.DoesNotContain(called, call => call.StartsWith("Microsoft.Extensions.Logging.LoggerExtensions.", StringComparison.Ordinal));
        Assert.DoesNotContain("Microsoft.Extensions.Logging.ILogger.Log", called);
    }

    private static IEnumerable<LoggerMessageAttribute> Events() =>
        from type in typeof(Program).Assembly.GetTypes()
        from method in type.GetMethods(All)
        let found = method.GetCustomAttribute<LoggerMessageAttribute>()
        where found is not null
        select found;

    // "| 1001 | Error | sentence | …": what the code has, in one group.
    [GeneratedRegex(@"^\| (\d+ \| [A-Z][a-z]+ \| [^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
