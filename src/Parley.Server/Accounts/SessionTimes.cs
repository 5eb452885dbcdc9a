using Parley.Server.Storage;

namespace Parley.Server.Accounts;

/// <summary>When sessions were last seen: what the list of devices shows, and what keeps a session from running out.</summary>
internal sealed class SessionTimes(Database database, TimeProvider clock) : BackgroundService
{
    private readonly LateTimes _lastSeen = new("sessions", "session_id", "last_seen_at");

    /// <summary>A session was seen at a time, in milliseconds since 1970.</summary>
    public void Touch(long session, long now) => _lastSeen.Set(session, now);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _lastSeen.Write(database);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _lastSeen.KeepWriting(database, clock, stoppingToken);
}
