namespace Parley.Server.Telemetry;

/// <summary>
/// A number that busy code adds to and that is read when somebody asks for metrics: one atomic addition, whether anyone does or not,
/// and 0 from the start instead of nothing.
/// </summary>
/// <param name="tag">What sets it apart from the other tallies of its metric, if there are any.</param>
internal sealed class Tally(string? tag = null)
{
    private long _value;

    public string? Tag => tag;

    public long Value => Interlocked.Read(ref _value);

    public void Add(long count = 1) => Interlocked.Add(ref _value, count);
}
