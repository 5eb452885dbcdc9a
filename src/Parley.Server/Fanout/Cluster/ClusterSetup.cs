using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;

namespace Parley.Server.Fanout.Cluster;

/// <summary>Makes this process a node of a cluster: Orleans, its membership kept in the same PostgreSQL as everything else.</summary>
internal static class ClusterSetup
{
    public static void AddCluster(this WebApplicationBuilder builder, NodeOptions node, string postgres)
    {
        var port = FindPort(node);
        builder.UseOrleans(silo =>
        {
            silo.UseAdoNetClustering(membership =>
            {
                membership.Invariant = "Npgsql";
                membership.ConnectionString = PostgresAddress.ForMembership(postgres);
            });
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("parley", "parley"));
            // No gateway: nobody comes from outside the cluster.
            silo.ConfigureEndpoints(node.Host, port, gatewayPort: 0);
            silo.Configure<ClusterMembershipOptions>(Tighten);
            silo.Configure<SiloMessagingOptions>(messaging =>
                (messaging.ResponseTimeout, messaging.SystemResponseTimeout) = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5)));
            silo.AddGrainService<NodeService>();
        });
        // What concerns the operator is said by Nodes and NodeEnd, in our words.
        foreach (var category in new[] { "Orleans", "Polly", typeof(NodeService).FullName! })
            builder.Logging.AddFilter(category, LogLevel.Error);
        builder.Services.AddSingleton<IFatalErrorHandler, NodeEnd>();
        builder.Services.AddSingleton<NodeClient>();
        builder.Services.AddSingleton<UserGrains>();
        builder.Services.AddSingleton<Nodes>();
        builder.Services.AddSingleton<ClusterFanout>();
        builder.Services.AddSingleton<IFanout>(services => services.GetRequiredService<ClusterFanout>());
        builder.Services.AddHostedService(services => services.GetRequiredService<Nodes>());
        builder.Services.AddHostedService(services => services.GetRequiredService<ClusterFanout>());
    }

    // Found out by two others within about three seconds: its people are then shown off-line, and what it knew is told anew. Faster, a
    // pause of a busy machine would put nodes out that are well.
    private static void Tighten(ClusterMembershipOptions membership)
    {
        membership.ProbeTimeout = TimeSpan.FromSeconds(1);
        // Left to itself it waits up to four times as long once the machine is busy.
        membership.MaxProbeTimeout = membership.ProbeTimeout;
        membership.ExtendProbeTimeoutDuringDegradation = false;
        membership.NumMissedProbesLimit = 3;
        membership.NumVotesForDeathDeclaration = 2;
        // Word goes round by itself; the table is for who missed it.
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        // After all were killed, the first that comes back waits no longer than three of these for the others.
        membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(3);
        membership.NumMissedTableIAmAliveLimit = 3;
        membership.MaxJoinAttemptTime = TimeSpan.FromMinutes(1);
    }

    // Orleans would share a port that is taken, and each node hear half of what is said to both.
    private static int FindPort(NodeOptions node)
    {
        using var probe = new TcpListener(node.Host, node.Port);
        try
        {
            probe.Start();
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new ConfigurationException(
                $"Port {node.Port} of {node.Host}, for the other nodes, is in use, perhaps by another node. Choose one with --node-port; 0 takes any that is free.");
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            throw new ConfigurationException($"{node.Host} is not an address of this machine. Choose another with --node-host.");
        }
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
