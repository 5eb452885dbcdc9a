namespace Parley.Server.Fanout.Cluster;

internal sealed partial class ClusterFanout
{
    private static readonly TimeSpan BetweenComplaints = TimeSpan.FromMinutes(1);

    private long _complainedAt;

    // While a node dies it happens to every user; once a minute says as much.
    private void Complain(Exception error)
    {
        var before = Interlocked.Read(ref _complainedAt);
        if (_stopping.IsCancellationRequested || (before != 0 && _clock.GetElapsedTime(before) < BetweenComplaints))
            return;
        if (Interlocked.CompareExchange(ref _complainedAt, _clock.GetTimestamp(), before) == before)
            LogTrouble(_log, error.Message);
    }

    [LoggerMessage(303, LogLevel.Warning, "Other nodes could not be asked: {Reason} Messages are saved all the same, and found by number.")]
    private static partial void LogTrouble(ILogger log, string reason);
}
