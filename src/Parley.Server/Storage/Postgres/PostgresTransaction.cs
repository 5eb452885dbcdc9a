using Npgsql;
using Parley.Server.Telemetry;

namespace Parley.Server.Storage.Postgres;

/// <summary>One batch in one transaction: two round trips, a third where rows turn out to be missing.</summary>
internal sealed class PostgresTransaction(NpgsqlDataSource source, TimeProvider clock)
{
    /// <summary>Whether COMMIT has been sent: from then on, only its answer says what became of the batch.</summary>
    public bool IsCommitting { get; private set; }

    /// <summary>The rows as they were committed; null when others changed, before the locks were there, which rows are needed.</summary>
    public async Task<WorkingSet?> Commit(IReadOnlyList<Job> batch)
    {
        var needs = new Needs();
        foreach (var job in batch)
            job.Need(needs);
        var set = new WorkingSet(clock.GetUtcNow());
        // Left with its transaction open, the connection is rolled back as the pool takes it back.
        await using var connection = await source.OpenConnectionAsync();
        var rows = new PostgresRows(connection);
        if (!await rows.Load(needs, set))
            return null;
        foreach (var job in batch)
            job.Execute(set);
        await rows.LoadMessages(set.FindMissingLastMessages(), set);
        var save = PostgresSave.Build(connection, set);
        IsCommitting = true;
        using (Traces.Source.StartActivity("commit"))
        await using (save)
            await save.ExecuteNonQueryAsync();
        return set;
    }
}
