using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Parley.Server.Accounts;

/// <summary>The secret of a session: 256 random bits. The database only ever sees its hash.</summary>
internal static class SessionToken
{
    private const int Bytes = 32;
    private const int TextLength = 43;

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>The hash to look for; null for what cannot be a token. A random secret needs no slow hash.</summary>
    public static byte[]? Hash(string token) => token.Length == TextLength ? SHA256.HashData(Encoding.UTF8.GetBytes(token)) : null;
}
