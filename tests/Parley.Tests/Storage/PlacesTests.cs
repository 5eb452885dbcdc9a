using Microsoft.Extensions.Time.Testing;
using Parley.Protocol;
using Parley.Server.Storage.Postgres;
using Xunit;

namespace Parley.Tests.Storage;

/// <summary>Who gets a connection when, where there are too few.</summary>
public sealed class PlacesTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string> _done = [];
    private readonly Places _places;

    public PlacesTests() => _places = new Places(1, _clock);

    [Fact]
    public async Task Those_who_wait_come_in_their_order_and_what_can_wait_after_all_others()
    {
        var held = await Hold();
        Task[] waiting = [Later("last"), Do("first"), Later("very last"), Do("second")];
        held.SetResult();
        await Task.WhenAll(waiting);
        Assert.Equal(["first", "second", "last", "very last"], _done);
    }

    [Fact]
    public async Task Nobody_waits_for_ever_and_the_place_is_there_for_the_next()
    {
        var held = await Hold();
        var early = Do("early");
        _clock.Advance(Places.Patience / 2);
        var late = Do("late");
        _clock.Advance(Places.Patience / 2);
        var refusal = await Assert.ThrowsAsync<Refusal>(() => early);
        Assert.Equal((ErrorCode.Unavailable, 1), (refusal.Code, refusal.RetryAfter));
        held.SetResult();
        await late;
        await Do("next");
        Assert.Equal(["late", "next"], _done);
    }

    [Fact]
    public async Task What_fails_gives_its_place_back()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _places.Use<int>(() => throw new InvalidOperationException()));
        await Do("next");
        Assert.Equal(["next"], _done);
    }

    private async Task<TaskCompletionSource> Hold()
    {
        var held = new TaskCompletionSource();
        var isBegun = new TaskCompletionSource();
        _ = _places.Use(async () =>
        {
            isBegun.SetResult();
            await held.Task;
            return 0;
        });
        await isBegun.Task;
        return held;
    }

    private Task Do(string what) => _places.Use(() => Note(what));

    private Task Later(string what) => _places.UseLater(() => Note(what));

    private Task<int> Note(string what)
    {
        _done.Add(what);
        return Task.FromResult(0);
    }
}
