using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;
using Parley.Protocol;

namespace Parley.Server.Hosting;

/// <summary>
/// Page tokens that the server alone understands. A token holds numbers, says nothing to whoever holds it, and is only good for
/// the purpose it was made for; callers put the user and the thread among the numbers and compare them.
/// </summary>
public sealed class PageTokens(IDataProtectionProvider protection)
{
    private const int LongestToken = 1_024;

    private readonly ConcurrentDictionary<string, IDataProtector> _protectors = new();

    /// <summary>Adds them, with keys that the repository keeps. A key that was made for another algorithm stays good until it ends.</summary>
    public static void AddTo(IServiceCollection services, Func<IServiceProvider, IXmlRepository> repository)
    {
        // Two fifths of the time of the framework's own choice to read, two thirds to write (docs/performance.md), and shorter.
        services.AddDataProtection().SetApplicationName("parley").UseCryptographicAlgorithms(
            new AuthenticatedEncryptorConfiguration { EncryptionAlgorithm = EncryptionAlgorithm.AES_256_GCM });
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider =>
            new ConfigureOptions<KeyManagementOptions>(keys => keys.XmlRepository = repository(provider)));
        services.AddSingleton<PageTokens>();
        // The framework would read the keys before the server listens: Rehearsal does it meanwhile.
        services.Remove(services.Single(service => service.ImplementationType?.Name == "DataProtectionHostedService"));
    }

    /// <summary>Makes a token.</summary>
    public string Protect(string purpose, ReadOnlySpan<long> values) =>
        Base64Url.EncodeToString(For(purpose).Protect(MemoryMarshal.AsBytes(values).ToArray()));

    /// <summary>The numbers of a token; <see cref="ErrorCode.InvalidPageToken"/> for anything that was not made for this purpose.</summary>
    public long[] Unprotect(string purpose, string token)
    {
        if (token.Length > LongestToken)
            throw Invalid();
        try
        {
            return MemoryMarshal.Cast<byte, long>(For(purpose).Unprotect(Base64Url.DecodeFromChars(token))).ToArray();
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            throw Invalid();
        }
    }

    /// <summary>The refusal of a token that is not one of ours, or not one for what was asked.</summary>
    public static Refusal Invalid() =>
        new(ErrorCode.InvalidPageToken, "The page token is not one of this server's. Begin again without one.");

    // Made once for each purpose: that derives keys.
    private IDataProtector For(string purpose) => _protectors.GetOrAdd(purpose, static (name, provider) => provider.CreateProtector("parley.page", name), protection);
}
