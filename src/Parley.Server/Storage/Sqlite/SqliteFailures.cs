using Microsoft.Data.Sqlite;
using Parley.Protocol;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Failures of the disk under the database, which pass by themselves or by the operator's hand, not by another request.</summary>
internal static class SqliteFailures
{
    private const int Busy = 5, ReadOnly = 8, InputOutput = 10, Full = 13, CannotOpen = 14;

    public static bool IsUnavailable(SqliteException error) =>
        error.SqliteErrorCode is Busy or ReadOnly or InputOutput or Full or CannotOpen;

    public static Refusal Unavailable(SqliteException error) => new(ErrorCode.Unavailable, error.SqliteErrorCode switch
    {
        Full => "The server's disk is full. Nothing was changed; try again later.",
        _ => "The server's database cannot be reached right now. Nothing was changed; try again later.",
    }) { RetryAfter = 5 };
}
