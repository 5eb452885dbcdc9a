namespace Parley.Torture.Cluster;

/// <summary>
/// A host of its own for each node, as far as the network goes: a namespace with three cables (veth), to the clients, to the database and
/// to the other nodes, each of which can be pulled. Where this machine does not let us make any, all is on the loopback and stays whole.
/// </summary>
internal sealed class Network : IDisposable
{
    // Of this machine in each of the three networks.
    private const int Own = 254;

    private readonly string _name = $"p{Environment.ProcessId % 10_000}";
    private readonly string _prefix = $"10.{64 + (Environment.ProcessId % 128)}";
    private readonly int _nodes;

    private Network(int nodes) => _nodes = nodes;

    /// <summary>Why no cable can be pulled; null where it can.</summary>
    public string? WhyNot { get; private set; }

    /// <summary>All addresses of nodes, as PostgreSQL's pg_hba.conf takes them.</summary>
    public string Range => WhyNot is null ? $"{_prefix}.0.0/16" : "127.0.0.0/8";

    /// <summary>Makes the hosts of some nodes.</summary>
    public static async Task<Network> Make(int nodes)
    {
        var network = new Network(nodes);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => network.Dispose();
        try
        {
            foreach (var cable in Enum.GetValues<Cable>())
            {
                await Ip($"link add {network.Bridge(cable)} type bridge");
                await Ip($"addr add {network.OwnAddress(cable)}/24 dev {network.Bridge(cable)}");
                await Ip($"link set {network.Bridge(cable)} up");
            }
            for (var node = 0; node < nodes; node++)
                await network.MakeHost(node);
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            network.Dispose();
            network.WhyNot = $"network namespaces are not allowed here ({error.Message})";
        }
        return network;
    }

    /// <summary>The namespace of a node; null where there are none.</summary>
    public string? Namespace(int node) => WhyNot is null ? $"{_name}-{node}" : null;

    /// <summary>The address of a node in a network.</summary>
    public string Address(int node, Cable cable) => WhyNot is null ? $"{_prefix}.{(int)cable}.{node + 1}" : "127.0.0.1";

    /// <summary>The address of this machine in a network.</summary>
    public string OwnAddress(Cable cable) => WhyNot is null ? $"{_prefix}.{(int)cable}.{Own}" : "127.0.0.1";

    /// <summary>Pulls a cable: what is sent is gone, and nobody is told.</summary>
    public Task Pull(int node, Cable cable) => Ip($"link set {End(node, cable)} down");

    /// <summary>Plugs it in again.</summary>
    public Task Plug(int node, Cable cable) => Ip($"link set {End(node, cable)} up");

    public void Dispose()
    {
        if (WhyNot is not null)
            return;
        for (var node = 0; node < _nodes; node++)
            Remove($"netns del {Namespace(node)}");
        foreach (var cable in Enum.GetValues<Cable>())
            Remove($"link del {Bridge(cable)}");
        WhyNot = "the run is over";
    }

    private async Task MakeHost(int node)
    {
        await Ip($"netns add {Namespace(node)}");
        await Ip($"-n {Namespace(node)} link set lo up");
        foreach (var cable in Enum.GetValues<Cable>())
        {
            var device = $"cable{(int)cable}";
            await Ip($"link add {End(node, cable)} type veth peer name {device} netns {Namespace(node)}");
            await Ip($"link set {End(node, cable)} master {Bridge(cable)} up");
            await Ip($"-n {Namespace(node)} addr add {Address(node, cable)}/24 dev {device}");
            await Ip($"-n {Namespace(node)} link set {device} up");
        }
    }

    private string Bridge(Cable cable) => $"{_name}-b{(int)cable}";

    private string End(int node, Cable cable) => $"{_name}-{node}-{(int)cable}";

    private static Task<string> Ip(string command) => Shell.Execute("ip", command.Split(' '));

    // What was never made cannot be removed, and need not be.
    private static void Remove(string command) => ((IAsyncResult)Task.Run(() => Ip(command))).AsyncWaitHandle.WaitOne();
}

/// <summary>What a node is connected to; the number is that of the network.</summary>
internal enum Cable
{
    /// <summary>The balancer, and whoever comes to it.</summary>
    Clients = 1,

    /// <summary>PostgreSQL.</summary>
    Database = 2,

    /// <summary>The other nodes.</summary>
    Peers = 3,
}
