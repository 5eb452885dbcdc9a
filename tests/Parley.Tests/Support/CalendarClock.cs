namespace Parley.Tests.Support;

/// <summary>
/// Tells a date that a test sets, while timers go on as ever: a jump of months does not make up for every tick that it skipped.
/// </summary>
internal sealed class CalendarClock : TimeProvider
{
    private TimeSpan _ahead;

    public void Advance(TimeSpan time) => _ahead += time;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;
}
