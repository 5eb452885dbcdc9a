namespace Parley.Bench;

/// <summary>What a measurement runs on.</summary>
internal sealed record Setting
{
    /// <summary>The published server, parley.dll; empty where one that runs already is measured.</summary>
    public required string Program { get; init; }

    /// <summary>A server that runs already, which is measured from outside; null for servers of the bench's own.</summary>
    public Uri? Url { get; init; }

    /// <summary>Whether that one is no Parley but speaks XMPP.</summary>
    public bool IsXmpp => Url?.Scheme == "xmpp";

    /// <summary>The number of its process, if it is on this machine.</summary>
    public int? UrlProcess { get; init; }

    /// <summary>The shell command that ends that one and starts it again; null where it stays as it is.</summary>
    public string? Restart { get; init; }

    /// <summary>What cuts people off, to read: kill -9 for a server of the bench's own.</summary>
    public string Blow => Url is null ? "kill -9" : Restart ?? "a cut of the network";

    /// <summary>How many server processes share the database.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>Whether the nodes know of each other.</summary>
    public bool IsCluster { get; init; }

    /// <summary>An empty PostgreSQL's connection string; null for SQLite.</summary>
    public string? Database { get; init; }

    /// <summary>The number of its first process, if it is on this machine.</summary>
    public int? DatabaseProcess { get; init; }

    /// <summary>Where it keeps its tables, if it is on this machine.</summary>
    public string? DatabaseFolder { get; init; }

    /// <summary>How long ago the people of a database that is filled were last seen.</summary>
    public TimeSpan Away { get; init; }

    /// <summary>What the figures are called after.</summary>
    public string Engine => Url is not null ? (IsXmpp ? "xmpp" : "url") : Database is null ? "sqlite" : "postgres";
}
