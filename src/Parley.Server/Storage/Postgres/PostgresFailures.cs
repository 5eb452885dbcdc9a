using Npgsql;
using Parley.Protocol;

namespace Parley.Server.Storage.Postgres;

/// <summary>What went wrong between the server and PostgreSQL, and who can do something about it.</summary>
internal static class PostgresFailures
{
    private const string DiskFull = "53100";

    /// <summary>Passes by itself or by the operator's hand, not by another request: gone, starting, full, read-only, out of connections, too slow.</summary>
    public static bool IsUnavailable(Exception error) => error switch
    {
        PostgresException { SqlState: var state } => state is
            "25006" or // read-only
            "25P03" or // idle in a transaction for too long
            "55P03" or // waited too long for a lock
            "3D000" or // the database is gone
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected ||
            state[..2] is
                "08" or // connection
                "28" or // let in no more
                "53" or // disk, memory, connections
                "57" or // shut down, starting, or a statement took too long
                "58"    // input and output
            || IsConnectionLost(error),
        NpgsqlException => true,
        _ => false,
    };

    /// <summary>Lost against another transaction: with fresh rows it can succeed.</summary>
    public static bool IsConflict(Exception error) => error is PostgresException
    {
        SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected,
    };

    /// <summary>The connection ended, and what was asked on it was not answered.</summary>
    public static bool IsConnectionLost(Exception error) => error is NpgsqlException
        and (not PostgresException or PostgresException { InvariantSeverity: "FATAL" or "PANIC" });

    /// <summary>It was waited for, and no answer came: not from a connection, nor for one.</summary>
    public static bool IsInVain(NpgsqlException error) => error.InnerException is TimeoutException;

    public static Refusal Unavailable(Exception error) => new(ErrorCode.Unavailable, error is PostgresException { SqlState: DiskFull }
        ? "The database's disk is full. Nothing was changed; try again later."
        : "The server's database cannot be reached right now. Nothing was changed; try again later.") { RetryAfter = 5 };

    /// <summary>Others were faster each time.</summary>
    public static Refusal Overtaken() => new(ErrorCode.Unavailable,
        "Too many others change the same right now. Nothing was changed; try again in a moment.") { RetryAfter = 1 };

    /// <summary>The answer to COMMIT did not come. Never a success (S12): the same cid, sent again, finds out.</summary>
    public static Refusal Unknown() => new(ErrorCode.Unavailable,
        "The server's database was lost while it saved this, and it is not known whether it did. Try again later.") { RetryAfter = 5 };
}
