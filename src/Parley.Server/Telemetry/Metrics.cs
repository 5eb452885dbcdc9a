using System.Diagnostics.Metrics;

namespace Parley.Server.Telemetry;

/// <summary>
/// Everything that the server counts about itself; docs/metrics.md says what each is good for, and a test holds the two equal. No
/// tag names a person, a thread, a session or an address.
/// </summary>
internal static class Metrics
{
    private static readonly Meter Meter = new("Parley");

    /// <summary>Messages stored, by the way they came.</summary>
    public static readonly Tally SentOverHttp = new("http"), SentOverSocket = new("socket");

    /// <summary>What waits at the writer's door, and what was sent away from it.</summary>
    public static readonly Tally WriterQueue = new(), WriterRefused = new();

    /// <summary>Committed batches that wait to be announced.</summary>
    public static readonly Tally AnnouncerQueue = new();

    /// <summary>Connected users who were handed what changed, or only told that something did.</summary>
    public static readonly Tally PokesAnnounced = new("announced"), PokesSkipped = new("skipped");

    /// <summary>Who listens.</summary>
    public static readonly Tally Sockets = new(), LongPolls = new();

    /// <summary>Differences read from the database: for a device that came back, for a socket that missed a push, for a poll.</summary>
    public static readonly Tally ResyncHello = new("hello"), ResyncGap = new("gap"), ResyncPoll = new("poll");

    /// <summary>Devices that had to begin anew, by the reason they were told.</summary>
    public static readonly Tally ResyncEpoch = new("epoch"), ResyncFloor = new("floor"), ResyncLarge = new("large");

    /// <summary>Tries to sign in.</summary>
    public static readonly Tally SignInsSucceeded = new("succeeded"), SignInsWrong = new("wrong"), SignInsSlowed = new("slowed");

    /// <summary>What was refused, or made to wait, by limits that the framework knows nothing of.</summary>
    public static readonly Tally LimitedAccount = new("messages_of_account"), LimitedThread = new("messages_of_thread"), LimitedFrames = new("frames_of_socket"),
        LimitedSockets = new("sockets_of_address");

    /// <summary>Connections that were closed at once, since there were too many.</summary>
    public static readonly Tally ConnectionsRefused = new();

    /// <summary>What waits for a processor.</summary>
    public static readonly Tally PasswordsQueue = new(), PhotosQueue = new();

    /// <summary>Jobs of a batch.</summary>
    public static readonly Histogram<int> BatchSize = Distribution<int>(
        "parley.writer.batch.size", "{job}", "Jobs that were committed together.", [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000]);

    /// <summary>Seconds of a batch's transaction.</summary>
    public static readonly Histogram<double> CommitDuration = Distribution<double>(
        "parley.writer.commit.duration", "s", "From the beginning of a batch's transaction until it is on disk.",
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);

    /// <summary>Seconds until a change was on its way.</summary>
    public static readonly Histogram<double> PumpLag = Distribution<double>(
        "parley.pump.lag", "s", "From the commit of a change until a socket of the same node has taken its frame.",
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]);

    static Metrics()
    {
        Count("parley.messages.sent", "{message}", "Messages stored; one that is sent again counts once.", "way", SentOverHttp, SentOverSocket);
        State("parley.writer.queue", "{job}", "Jobs that wait for the writer.", WriterQueue);
        Count("parley.writer.refused", "{job}", "Jobs that were refused since too many waited.", WriterRefused);
        State("parley.announcer.queue", "{batch}", "Committed batches that wait to be announced.", AnnouncerQueue);
        Count("parley.pokes", "{user}", "Connected users who were handed a change, or only told that there is one.", "result", PokesAnnounced, PokesSkipped);
        State("parley.sockets", "{socket}", "Open sockets.", Sockets);
        State("parley.long_polls", "{request}", "Requests that wait for a change where sockets are blocked.", LongPolls);
        Count("parley.resyncs", "{device}", "Differences read from the database, and devices that had to begin anew.", "reason",
            ResyncHello, ResyncGap, ResyncPoll, ResyncEpoch, ResyncFloor, ResyncLarge);
        Count("parley.sign_ins", "{attempt}", "Tries to sign in.", "result", SignInsSucceeded, SignInsWrong, SignInsSlowed);
        Count("parley.rate_limited", "{act}", "Acts refused, or frames read later, since they were too many.", "limit", LimitedAccount, LimitedThread, LimitedFrames, LimitedSockets);
        Count("parley.connections.refused", "{connection}", "Connections closed at once, since there were too many.", ConnectionsRefused);
        State("parley.passwords.queue", "{request}", "Sign-ins and sign-ups that wait for a processor.", PasswordsQueue);
        State("parley.photos.queue", "{request}", "Photos that wait to be decoded.", PhotosQueue);
        Meter.CreateObservableGauge("parley.readiness", ReadReadiness, null, "1 while requests are welcome, 0 while not; nothing while nobody asks.");
    }

    /// <summary>The meter's name. Asking for it brings all of them into being.</summary>
    public static string MeterName => Meter.Name;

    /// <summary>What readiness was found to be; null where nobody wants to know.</summary>
    public static Func<bool?> FindReadiness { get; set; } = static () => null;

    private static IEnumerable<Measurement<int>> ReadReadiness() => FindReadiness() is { } isReady ? [new Measurement<int>(isReady ? 1 : 0)] : [];

    private static void Count(string name, string unit, string description, Tally tally) =>
        Meter.CreateObservableCounter(name, () => tally.Value, unit, description);

    private static void Count(string name, string unit, string description, string tag, params Tally[] tallies) =>
        Meter.CreateObservableCounter(
            name, () => tallies.Select(tally => new Measurement<long>(tally.Value, KeyValuePair.Create(tag, (object?)tally.Tag))), unit, description);

    private static void State(string name, string unit, string description, Tally tally) =>
        Meter.CreateObservableUpDownCounter(name, () => tally.Value, unit, description);

    private static Histogram<T> Distribution<T>(string name, string unit, string description, T[] bounds)
        where T : struct =>
        Meter.CreateHistogram(name, unit, description, advice: new InstrumentAdvice<T> { HistogramBucketBoundaries = bounds });
}
