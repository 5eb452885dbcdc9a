using System.Security.Cryptography;

namespace Parley.Server.Accounts;

/// <summary>Changes with the password, so that two changes at once cannot both win.</summary>
internal static class SecurityStamp
{
    public static string New() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
