namespace Parley.Server.Storage;

/// <summary>The server must not start like this, or an operation cannot go on; the message says what to change.</summary>
public sealed class ConfigurationException(string message) : Exception(message);
