using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Storage;

/// <summary>What may wait at the writer's door.</summary>
public sealed class WriterLimitTests
{
    [Fact]
    public async Task Beyond_so_many_waiting_writes_the_next_is_refused_at_once_and_those_that_wait_are_done()
    {
        await using var test = new TestDatabase();
        using var door = new ManualResetEventSlim();
        var isHeld = new TaskCompletionSource();
        var first = test.Database.Execute(new WriterAct<int>(() =>
        {
            isHeld.SetResult();
            door.Wait();
            return 0;
        }));
        await isHeld.Task;
        var waiting = Enumerable.Range(0, Door.WaitingMax).Select(_ => test.Database.Execute(new WriterAct<int>(() => 1))).ToList();
        var refusal = await Assert.ThrowsAsync<Refusal>(() => test.Database.Execute(new WriterAct<int>(() => 0)));
        Assert.Equal((ErrorCode.Unavailable, 1), (refusal.Code, refusal.RetryAfter!.Value));

        door.Set();
        await first;
        Assert.All(await Task.WhenAll(waiting), one => Assert.Equal(1, one));
        Assert.Equal(2, await test.Database.Execute(new WriterAct<int>(() => 2)));
    }
}
