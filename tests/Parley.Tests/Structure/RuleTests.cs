using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Parley.Tests.Structure;

/// <summary>Every rule of docs/sync.md has a test that wears its id, and no test wears the id of a rule that is not there.</summary>
public sealed partial class RuleTests
{
    [Fact]
    public void Every_rule_of_the_sync_has_a_test_and_every_test_of_a_rule_has_a_rule()
    {
        var rules = Rule().Matches(Repository.Read("docs/sync.md")).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(rules.Distinct(), rules);
        var server = NamesOfServerTests().SelectMany(Ids).ToHashSet();
        var clients = NamesOfClientTests().SelectMany(Ids).ToHashSet();
        Assert.True(rules.Count > 0 && server.Count > 0 && clients.Count > 0, "Rules or tests are written in another way than this test reads.");
        var tested = server.Union(clients).ToList();
        Assert.True(rules.ToHashSet().SetEquals(tested), $"""
            Rules of docs/sync.md without a test: {string.Join(", ", rules.Except(tested))}
            Tests of rules that docs/sync.md does not have: {string.Join(", ", tested.Except(rules))}
            """);
        // What the server promises is shown by the server's tests: that clients get by with it is something else.
        Assert.Empty(rules.Where(rule => rule[0] == 'S').Except(server));
    }

    private static IEnumerable<string> NamesOfServerTests() =>
        from type in typeof(RuleTests).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
        where method.GetCustomAttributes().Any(attribute => attribute is FactAttribute)
        select IdsOfMethod().Match(method.Name).Value;

    private static IEnumerable<string> NamesOfClientTests() =>
        from path in Repository.List("web")
        where path.EndsWith(".test.ts", StringComparison.Ordinal) || path.EndsWith(".test.tsx", StringComparison.Ordinal)
            || path.EndsWith(".e2e.ts", StringComparison.Ordinal)
        from Match match in NameOfTest().Matches(Repository.Read(path))
        select match.Groups[1].Value;

    private static IEnumerable<string> Ids(string name) => Id().Matches(name).Select(match => match.Value);

    // "- **S1** …" begins a rule.
    [GeneratedRegex(@"^- \*\*([SC]\d+)\*\*", RegexOptions.Multiline)]
    private static partial Regex Rule();

    [GeneratedRegex(@"^(?:[SC]\d+_)+")]
    private static partial Regex IdsOfMethod();

    // A string that begins with [S1] or the like, as the first argument of test(…), of describe(…) or of their kinds.
    [GeneratedRegex(@"\b(?:test|it|describe)\b[^'""`\n]*\(\s*['""`]((?:\[[SC]\d+\][\s…]*)+)")]
    private static partial Regex NameOfTest();

    [GeneratedRegex(@"[SC]\d+")]
    private static partial Regex Id();
}
