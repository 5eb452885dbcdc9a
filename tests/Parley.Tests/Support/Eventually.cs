using Xunit;

namespace Parley.Tests.Support;

/// <summary>Waits for what comes about by itself.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task Holds(Func<bool> condition, string what)
    {
        var until = DateTime.UtcNow + Patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < until, $"{what}: not within {Patience.TotalSeconds} s.");
            await Task.Delay(5);
        }
    }
}
