namespace Parley.Server.Sync;

/// <summary>What a client sent is no frame; the sentence says why. It is told once, and the socket closed with 4400.</summary>
internal sealed class UnreadableFrame(string sentence) : Exception(sentence);
