using Parley.Client;

namespace Parley.Replay;

/// <summary>Who talks to whom. What the contract does not let through is counted with its reason, and not sent.</summary>
internal sealed class Plan
{
    private readonly Dictionary<(string, string), Conversation> _conversations = [];

    /// <summary>The conversations, the longest first, so that it does not run alone at the end.</summary>
    public IReadOnlyList<Conversation> Conversations => [.. _conversations.Values.OrderByDescending(conversation => conversation.Messages.Count)];

    /// <summary>Everyone who takes part.</summary>
    public IReadOnlyList<string> People => [.. _conversations.Keys.SelectMany(pair => new[] { pair.Item1, pair.Item2 }).Distinct()];

    /// <summary>How many lines could not be sent, by reason.</summary>
    public SortedDictionary<string, int> Unsendable { get; } = [];

    /// <summary>How many lines there were.</summary>
    public int Lines { get; private set; }

    /// <summary>Adds a line to its conversation.</summary>
    public void Add(RecordedLine line)
    {
        Lines++;
        if (FindReason(line) is { } reason)
        {
            Unsendable[reason] = Unsendable.GetValueOrDefault(reason) + 1;
            return;
        }
        // Messages to nobody go to one person for each sender.
        var to = line.To.Length > 0 ? line.To : $"friend of {line.From}";
        var pair = string.CompareOrdinal(line.From, to) < 0 ? (line.From, to) : (to, line.From);
        if (!_conversations.TryGetValue(pair, out var conversation))
            _conversations[pair] = conversation = new Conversation(pair.Item1, pair.Item2);
        conversation.Messages.Add(new Planned(line.From, line.Text));
    }

    /// <summary>Why the contract does not let a line through, null where it does.</summary>
    private static string? FindReason(RecordedLine line) => line switch
    {
        { From: "" } => "no sender",
        _ when line.From == line.To => "to oneself: a thread needs someone else",
        _ => line.TextProblem,
    };
}
