using System.Security.Cryptography;
using Parley.Protocol;

namespace Parley.Server.Storage;

/// <summary>
/// New ids: 41 bits of milliseconds since 2025, so that new rows lie together in the B-tree, and 22 random bits, so that nodes need not
/// agree. A collision breaks a unique key, and the request is tried again by its caller.
/// </summary>
public static class NewId
{
    private const long Start = 1_735_689_600_000;

    /// <summary>A fresh id.</summary>
    public static Id At(DateTimeOffset now) =>
        new(((now.ToUnixTimeMilliseconds() - Start) << 22) | (uint)RandomNumberGenerator.GetInt32(1 << 22));
}
