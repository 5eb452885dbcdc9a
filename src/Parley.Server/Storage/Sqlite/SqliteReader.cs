using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Parley.Server.Storage.Sqlite;

/// <summary>
/// A connection for reading that keeps its statements compiled: SQLite takes as long to compile most of them as to run them, and they are few.
/// </summary>
internal sealed class SqliteReader(string connectionString) : SqliteConnection(connectionString)
{
    /// <summary>How many texts are kept compiled, more than there are; but some are written out anew for each question, and must not fill the memory.</summary>
    internal const int KeptMax = 64;

    private readonly Dictionary<string, SqliteCommand> _kept = [];

    protected override DbCommand CreateDbCommand() => new KeptCommand(this);

    /// <summary>A command with this text that nobody uses, compiled where it was used before.</summary>
    internal SqliteCommand Take(string text)
    {
        if (_kept.Remove(text, out var command))
            return command;
        command = CreateCommand();
        command.CommandText = text;
        return command;
    }

    /// <summary>Takes a command back.</summary>
    internal void Return(SqliteCommand command)
    {
        command.Parameters.Clear();
        command.CommandTimeout = DefaultTimeout;
        if (_kept.Count == KeptMax)
            Forget();
        if (!_kept.TryAdd(command.CommandText, command))
            command.Dispose();
    }

    private void Forget()
    {
        foreach (var command in _kept.Values)
            command.Dispose();
        _kept.Clear();
    }
}
