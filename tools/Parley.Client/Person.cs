using Parley.Protocol;

namespace Parley.Client;

/// <summary>Someone who has signed up.</summary>
/// <param name="Name">How others see them.</param>
/// <param name="Id">Who they are.</param>
/// <param name="Token">The bearer token of their session.</param>
public sealed record Person(string Name, Id Id, string Token);
