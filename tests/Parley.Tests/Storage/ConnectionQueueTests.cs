using Microsoft.Extensions.Time.Testing;
using Parley.Protocol;
using Parley.Server.Storage.Postgres;
using Xunit;

namespace Parley.Tests.Storage;

/// <summary>Who gets a connection when, where there are too few.</summary>
public sealed class ConnectionQueueTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string> _done = [];
    private readonly ConnectionQueue _queue;

    public ConnectionQueueTests() => _queue = new ConnectionQueue(1, _clock);

    [Fact]
    public async Task Those_who_wait_come_in_their_order_and_what_can_wait_after_all_others()
    {
        var held = await Hold();
        Task[] waiting = [Later("last"), Do("first"), Later("very last"), Do("second")];
        held.Dispose();
        await Task.WhenAll(waiting);
        Assert.Equal(["first", "second", "last", "very last"], _done);
    }

    [Fact]
    public async Task Nobody_waits_for_ever_and_who_comes_next_gets_the_turn()
    {
        var held = await Hold();
        var early = Do("early");
        _clock.Advance(ConnectionQueue.Patience / 2);
        var late = Do("late");
        _clock.Advance(ConnectionQueue.Patience / 2);
        var refusal = await Assert.ThrowsAsync<Refusal>(() => early);
        Assert.Equal((ErrorCode.Unavailable, 1), (refusal.Code, refusal.RetryAfter));
        held.Dispose();
        await late;
        await Do("next");
        Assert.Equal(["late", "next"], _done);
    }

    private async Task<ConnectionQueue.Turn> Hold() => await _queue.Take();

    private Task Do(string what) => Note(what, canWait: false);

    private Task Later(string what) => Note(what, canWait: true);

    private async Task Note(string what, bool canWait)
    {
        using var turn = await _queue.Take(canWait);
        lock (_done)
            _done.Add(what);
    }
}
