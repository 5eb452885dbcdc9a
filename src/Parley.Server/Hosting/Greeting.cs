using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Parley.Server.Hosting;

/// <summary>What the person who started the server reads first: where it is and where its data is.</summary>
internal sealed class Greeting(IServer server, DataFolder folder)
{
    private readonly List<string> _lines = [];

    /// <summary>The addresses the server listens on, as a browser takes them.</summary>
    public IEnumerable<string> Addresses => server.Features.Get<IServerAddressesFeature>()!.Addresses
        .Select(address => address.Replace("//[::]:", "//localhost:", StringComparison.Ordinal))
        .Distinct();

    /// <summary>Adds a line below the first.</summary>
    public void Add(string line) => _lines.Add(line);

    /// <summary>Prints once the server listens.</summary>
    public void Print()
    {
        Console.WriteLine($"Parley is at {string.Join(" and ", Addresses)}, its data in {folder.Path}. Ctrl+C stops it.");
        foreach (var line in _lines)
            Console.WriteLine(line);
    }
}
