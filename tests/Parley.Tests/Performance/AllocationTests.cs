using System.Reflection;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Parley.Microbench;
using Xunit;

namespace Parley.Tests.Performance;

/// <summary>The bytes that each step of the hot path may allocate, from bench/Parley.Microbench/budgets.json. Times fail no test.</summary>
public sealed class AllocationTests
{
    private const int Calls = 10_000, RoundsMax = 20, Pause = 20;

    private static readonly Dictionary<string, long> Budgets = ReadBudgets();

    public static TheoryData<string> Steps =>
        [.. typeof(HotPath).GetMethods().Where(method => method.GetCustomAttribute<BenchmarkAttribute>() is not null).Select(method => method.Name)];

    [Fact]
    public void Every_step_has_a_budget_and_every_budget_a_step() =>
        Assert.Equal(Steps.Select(step => step.Data).Order(), Budgets.Keys.Order());

    [Fact]
    public void So_much_may_be_allocated_between_two_collections_whatever_the_machine() =>
        Assert.Equal(16L * 1024 * 1024, GC.GetConfigurationVariables()["GCGen0MaxBudget"]);

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_step_allocates_what_its_budget_says(string step)
    {
        var method = typeof(HotPath).GetMethod(step)!;
        var call = method.CreateDelegate<Func<object?>>(new HotPath());
        var bytes = long.MaxValue;
        // The compiler makes it better in its own time, beside whatever else runs.
        for (var round = 0; round < RoundsMax && bytes > Budgets[step]; round++)
        {
            Thread.Sleep(Pause * round);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Calls; i++)
                call();
            bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
        }
        Assert.True(bytes <= Budgets[step], $"{step} allocates {bytes} bytes, and may {Budgets[step]}.");
    }

    private static Dictionary<string, long> ReadBudgets()
    {
        using var file = typeof(HotPath).Assembly.GetManifestResourceStream("budgets.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, long>>(file)!;
    }
}
