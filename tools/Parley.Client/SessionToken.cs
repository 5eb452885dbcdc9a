using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Parley.Client;

/// <summary>Bearer tokens for sessions that are put into a database, so that no password is hashed.</summary>
public static class SessionToken
{
    /// <summary>A new token, and the hash under which the table of sessions has it.</summary>
    public static (string Token, byte[] Hash) Make()
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (token, SHA256.HashData(Encoding.UTF8.GetBytes(token)));
    }
}
