using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Statements that pass the writer's door with the commands.</summary>
internal interface IStatements
{
    void Run(DbConnection connection);
}

/// <inheritdoc/>
internal sealed class StatementsJob<T>(Func<DbConnection, Task<T>> work) : Job<T>, IStatements
{
    public override string Name => "statements";

    public void Run(DbConnection connection)
    {
        try
        {
            Succeed(work(connection).GetAwaiter().GetResult());
        }
        catch (Exception error) when (error is not SqliteException failure || !SqliteFailures.IsUnavailable(failure))
        {
            Fail(error);
        }
    }
}
