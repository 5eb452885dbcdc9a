using System.Data.Common;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Presence;
using Parley.Server.Storage;
using Xunit;

namespace Parley.Tests.Presence;

public sealed class PresenceStoreTests
{
    [Fact]
    public async Task Thousands_may_leave_while_it_is_written_when_they_were_last_active()
    {
        var fanout = new LocalFanout(TimeProvider.System);
        await using var database = new FullDatabase();
        using var store = new PresenceStore(database, fanout, TimeProvider.System);
        var leaving = Task.Run(() =>
        {
            for (var id = 1L; id <= 200_000; id++)
            {
                fanout.PresenceChanged(id, true);
                fanout.PresenceChanged(id, false);
            }
        });
        // Whoever stops it has it write; what cannot be written is gathered again the next time.
        while (!leaving.IsCompleted)
            await store.StopAsync(CancellationToken.None);
        await leaving;
        Assert.True(database.Refused > 0);
    }

    /// <summary>Refuses to write.</summary>
    private sealed class FullDatabase : Database
    {
        public int Refused { get; private set; }

        public override string Epoch => "epoch";

        public override Task<T> Read<T>(Func<DbConnection, Task<T>> query) => throw new NotSupportedException();

        public override Task<T> Write<T>(Func<DbConnection, Task<T>> work)
        {
            Refused++;
            throw new Refusal(ErrorCode.Unavailable, "The disk is full.");
        }

        public override Task<T> Execute<T>(Command<T> command) => throw new NotSupportedException();

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
