using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Parley.Server.Storage;

namespace Parley.Server.Hosting;

/// <summary>Which address the server listens on.</summary>
internal static class Listening
{
    public static void Listen(KestrelServerOptions kestrel, ServerOptions options)
    {
        switch (options.Host)
        {
            // The system gives a free port for one address only, so port 0 takes one.
            case null or "localhost" when options.Port == 0:
                kestrel.Listen(IPAddress.Loopback, 0);
                break;
            case null or "localhost":
                kestrel.ListenLocalhost(options.Port);
                break;
            case "*":
                kestrel.ListenAnyIP(options.Port);
                break;
            case var host when IPAddress.TryParse(host, out var address):
                kestrel.Listen(address, options.Port);
                break;
            default:
                throw new ConfigurationException($"The host must be an IP address, localhost or *, and '{options.Host}' is not.");
        }
    }
}
