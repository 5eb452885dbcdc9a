using Parley.Server.Fanout;
using Parley.Server.Hosting;
using Parley.Server.Storage;

namespace Parley.Server.Sync;

/// <summary>What a socket needs of the process.</summary>
internal sealed class SyncServices(
    Database database, IFanout fanout, DeliveryMarks delivery, IPresenceReader presence, TimeProvider clock,
    IEnumerable<SocketCommand> commands, ServerOptions options, ILogger<Socket> logger)
{
    public Database Database => database;
    public IFanout Fanout => fanout;
    public DeliveryMarks Delivery => delivery;
    public IPresenceReader Presence => presence;
    public TimeProvider Clock => clock;
    public bool HasLimits => options.HasLimits;
    public ILogger<Socket> Logger => logger;

    /// <summary>The frames that slices handle.</summary>
    public Dictionary<string, SocketCommand> Commands { get; } = commands.ToDictionary(command => command.Type);
}
