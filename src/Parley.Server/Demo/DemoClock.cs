namespace Parley.Server.Demo;

/// <summary>Lets the conversation have happened over the last days, though it is written in a second.</summary>
internal sealed class DemoClock(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset _now = start;

    public void Advance(TimeSpan time) => _now += time;

    public override DateTimeOffset GetUtcNow() => _now;
}
