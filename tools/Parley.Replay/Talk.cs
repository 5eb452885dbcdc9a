using System.Diagnostics;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Replay;

/// <summary>What became of one conversation.</summary>
/// <param name="Pushed">What the listening sockets of both people applied.</param>
/// <param name="Fetched">How many of those came by asking, after a gap.</param>
/// <param name="ReadBack">What both people read page by page.</param>
/// <param name="Refusals">What the server refused, and why.</param>
/// <param name="Retries">How often a send had to be repeated on a socket.</param>
internal sealed record Outcome(Verdict Pushed, int Fetched, Verdict ReadBack, IReadOnlyList<string> Refusals, int Retries);

/// <summary>
/// Holds one conversation: a socket of each person listens, the messages are sent one after the other, and what arrived is compared
/// with what was sent.
/// </summary>
internal sealed class Talk(Api api, Conversation conversation, Person first, Person second, bool isOverSocket, Action onAcknowledged)
{
    private static readonly TimeSpan ListenPatience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<Id, string> _names = new() { [first.Id] = first.Name, [second.Id] = second.Name };
    private readonly List<string> _refusals = [];

    /// <summary>Runs it to its end.</summary>
    public async Task<Outcome> Run()
    {
        var head = await api.StartThread(first, second);
        var listeners = new[]
        {
            await Listener.Start(api, first, head.Id, head.Revision, _names),
            await Listener.Start(api, second, head.Id, head.Revision, _names),
        };
        var retries = await SendAll(head.Id);
        foreach (var listener in listeners)
            await WaitFor(listener);

        var (pushed, readBack) = (default(Verdict), default(Verdict));
        foreach (var listener in listeners)
        {
            await listener.DisposeAsync();
            pushed += Comparison.Compare(conversation.Messages, listener.Arrived);
        }
        foreach (var person in new[] { first, second })
            readBack += Comparison.Compare(conversation.Messages, await ReadBack(person, head.Id));
        return new Outcome(pushed, listeners.Sum(listener => listener.Fetched), readBack, _refusals, retries);
    }

    private async Task<int> SendAll(Id thread)
    {
        using var firstSocket = new SocketSender(api, first, thread);
        using var secondSocket = new SocketSender(api, second, thread);
        foreach (var message in conversation.Messages)
        {
            var isFirst = message.From == first.Name;
            try
            {
                message.Seq = isOverSocket
                    ? await (isFirst ? firstSocket : secondSocket).Send(message)
                    : (await api.Send(isFirst ? first : second, thread, message.Cid, message.Text)).Seq;
                onAcknowledged();
            }
            catch (Refusal refusal)
            {
                _refusals.Add($"{refusal.Code}: {refusal.Message}");
            }
        }
        return firstSocket.Retries + secondSocket.Retries;
    }

    // What is not there when the patience ends is lost.
    private async Task WaitFor(Listener listener)
    {
        var waiting = Stopwatch.StartNew();
        while (listener.Count < conversation.Messages.Count && waiting.Elapsed < ListenPatience)
            await Task.Delay(20);
    }

    private async Task<List<Arrived>> ReadBack(Person person, Id thread) =>
        [.. (await api.GetHistory(person, thread))
            .Select(message => new Arrived(message.Seq, message.Cid, _names.GetValueOrDefault(message.From, "?"), message.Text))];
}
