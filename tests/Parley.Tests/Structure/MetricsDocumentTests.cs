using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Parley.Server.Telemetry;
using Xunit;

namespace Parley.Tests.Structure;

/// <summary>docs/metrics.md is the catalogue of what the server counts.</summary>
public sealed partial class MetricsDocumentTests
{
    [Fact]
    public void Every_metric_is_documented_with_its_type_unit_and_meaning_and_every_documented_one_is_there()
    {
        var counted = Instruments().Select(one => $"{one.Name} | {TypeOf(one)} | {one.Unit} | {one.Description}").ToHashSet();
        var documented = Row().Matches(Repository.Read("docs/metrics.md"))
            .Select(row => $"{row.Groups[1]} | {row.Groups[2]} | {row.Groups[3].Value.Trim()} | {row.Groups[4]}").ToList();
        var missing = counted.Where(one => !documented.Any(row => row.StartsWith(one.TrimEnd('.'), StringComparison.Ordinal)));
        Assert.NotEmpty(counted);
        Assert.True(counted.Count == documented.Count && !missing.Any(), $"""
            Missing in docs/metrics.md, or with other words: {string.Join("; ", missing)}
            Documented: {string.Join("; ", documented)}
            """);
    }

    internal static IReadOnlyList<Instrument> Instruments()
    {
        var found = new List<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => found.Add(instrument) };
        Assert.Equal("Parley", Metrics.MeterName);
        listener.Start();
        return found.FindAll(instrument => instrument.Meter.Name == Metrics.MeterName);
    }

    private static string TypeOf(Instrument instrument) => instrument.GetType().Name switch
    {
        "ObservableCounter`1" => "counter",
        "ObservableUpDownCounter`1" => "up-down",
        "ObservableGauge`1" => "gauge",
        "Histogram`1" => "histogram",
        var other => other,
    };

    // "| parley.sockets | up-down | {socket} | Open sockets | …"
    [GeneratedRegex(@"^\| (parley\.[a-z_.]+) \| ([a-z-]+) \|([^|]*)\| ([^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
