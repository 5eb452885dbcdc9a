namespace Parley.Bench;

/// <summary>What a measurement runs on.</summary>
internal sealed record Setting
{
    /// <summary>The published server, parley.dll.</summary>
    public required string Program { get; init; }

    /// <summary>A server that runs already, which is measured from outside; null for servers of the bench's own.</summary>
    public Uri? Url { get; init; }

    /// <summary>Whether that one is no Parley but speaks XMPP.</summary>
    public bool IsXmpp => Url?.Scheme == "xmpp";

    /// <summary>The number of its process, if it is on this machine.</summary>
    public int? UrlProcess { get; init; }

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

    /// <summary>What the figures are called after.</summary>
    public string Engine => Url is not null ? (IsXmpp ? "xmpp" : "url") : Database is null ? "sqlite" : "postgres";
}
