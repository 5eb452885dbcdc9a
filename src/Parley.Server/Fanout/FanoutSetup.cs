using Parley.Server.Fanout.Cluster;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Storage.Postgres;

namespace Parley.Server.Fanout;

/// <summary>Chooses the fan-out: of one process alone, or of a node among others.</summary>
public static class FanoutSetup
{
    /// <summary>Adds <see cref="IFanout"/>.</summary>
    public static void AddFanout(this WebApplicationBuilder builder, ServerOptions options)
    {
        if (options.Node is not { } node)
            builder.Services.AddSingleton<IFanout, LocalFanout>();
        else if (PostgresAddress.TryRead(options.Database ?? "", out var postgres))
            builder.AddCluster(node, postgres);
        else
            throw new ConfigurationException("A cluster needs PostgreSQL, which its nodes share: name it with --database.");
    }
}
