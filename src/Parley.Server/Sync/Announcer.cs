using System.Diagnostics;
using System.Threading.Channels;
using Parley.Server.Fanout;
using Parley.Server.Storage;
using Parley.Server.Telemetry;

namespace Parley.Server.Sync;

/// <summary>
/// Takes committed batches in their order and hands each connected user their change. What is lost here is found by number (S10),
/// so a failure is logged and the next batch goes on.
/// </summary>
internal sealed partial class Announcer : BackgroundService
{
    /// <summary>Committed batches that may wait to be put into frames.</summary>
    internal const int WaitingMax = 256;

    private readonly Channel<WorkingSet> _committed =
        Channel.CreateBounded<WorkingSet>(new BoundedChannelOptions(WaitingMax) { SingleReader = true, SingleWriter = true });
    private readonly IFanout _fanout;
    private readonly string _epoch;
    private readonly ILogger<Announcer> _logger;

    public Announcer(Database database, IFanout fanout, ILogger<Announcer> logger)
    {
        _fanout = fanout;
        _epoch = database.Epoch;
        _logger = logger;
        database.Committed = OnCommitted;
    }

    /// <summary>Where too many wait, only the users' new versions are told; their sockets read the difference themselves (S10), in pages.</summary>
    internal void OnCommitted(WorkingSet set)
    {
        if (_committed.Writer.TryWrite(set))
        {
            Metrics.AnnouncerQueue.Add();
            return;
        }
        foreach (var user in set.Users.Where(user => user.Version != user.LoadedVersion && _fanout.MayListen(user.UserId)))
        {
            _fanout.Announce(user.UserId, Change.Skip(user.LoadedVersion, user.Version));
            Metrics.PokesSkipped.Add();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var set in _committed.Reader.ReadAllAsync(stoppingToken))
        {
            Metrics.AnnouncerQueue.Add(-1);
            using var span = Traces.Source.StartActivity("announce", ActivityKind.Internal, set.Span);
            var rowsOfUser = set.AllMembers.Where(member => member.IsStamped).ToLookup(member => member.UserId);
            foreach (var user in set.Users)
            {
                if (user.Version == user.LoadedVersion || !_fanout.MayListen(user.UserId))
                    continue;
                try
                {
                    var change = ChangesWriter.Write(set, _epoch, user, rowsOfUser[user.UserId]);
                    _fanout.Announce(user.UserId, change);
                    (change.Frame is null ? Metrics.PokesSkipped : Metrics.PokesAnnounced).Add();
                }
                catch (Exception error)
                {
                    LogFailed(error, user.UserId);
                }
            }
        }
    }

    [LoggerMessage(201, LogLevel.Error, "A change of user {UserId} could not be announced; their devices find it by number.")]
    private partial void LogFailed(Exception error, long userId);
}
