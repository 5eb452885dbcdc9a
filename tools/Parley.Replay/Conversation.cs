namespace Parley.Replay;

/// <summary>What two people say to each other, in the order of the files.</summary>
/// <param name="First">The name of one of them.</param>
/// <param name="Second">The name of the other.</param>
internal sealed record Conversation(string First, string Second)
{
    /// <summary>The messages, in order.</summary>
    public List<Planned> Messages { get; } = [];
}

/// <summary>A message that is to be sent.</summary>
/// <param name="From">The name of its sender.</param>
/// <param name="Text">What it says.</param>
internal sealed record Planned(string From, string Text)
{
    /// <summary>Stays the same whenever the message is tried again.</summary>
    public string Cid { get; } = Guid.CreateVersion7().ToString();

    /// <summary>The number that the server gave it, null while it is not acknowledged.</summary>
    public long? Seq { get; set; }
}
