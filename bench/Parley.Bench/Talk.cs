using Parley.Client;
using Parley.Protocol;

namespace Parley.Bench;

/// <summary>Who talks with whom, and where.</summary>
/// <param name="Sender">Who sends.</param>
/// <param name="Receiver">Who waits for it.</param>
/// <param name="Thread">Their thread.</param>
/// <param name="Revision">Where the thread stands.</param>
internal sealed record Talk(Person Sender, Person Receiver, Id Thread, long Revision);
