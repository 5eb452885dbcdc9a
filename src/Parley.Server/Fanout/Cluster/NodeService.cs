using Orleans;
using Orleans.Runtime;
using Orleans.Runtime.Services;
using Orleans.Services;

namespace Parley.Server.Fanout.Cluster;

/// <summary>Where a node takes in what the others have for it.</summary>
[Alias("node")]
internal interface INodeService : IGrainService
{
    /// <summary>Hands over what has gathered. Completes when the node has dealt with it, so that no more is sent than it can take.</summary>
    Task Receive(Mail mail);
}

/// <inheritdoc cref="INodeService"/>
internal sealed class NodeService(GrainId id, Silo silo, ILoggerFactory loggers, ClusterFanout fanout)
    : GrainService(id, silo, loggers), INodeService
{
    public Task Receive(Mail mail)
    {
        fanout.Receive(mail);
        return Task.CompletedTask;
    }
}

/// <summary>The way to a node by its address; no directory has to be asked.</summary>
internal sealed class NodeClient(IServiceProvider services) : GrainServiceClient<INodeService>(services)
{
    public INodeService Of(SiloAddress node) => GetGrainService(node);
}
