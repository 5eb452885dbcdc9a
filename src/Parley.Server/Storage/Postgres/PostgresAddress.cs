using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Reads where a PostgreSQL is: "postgres://user:password@host:port/database?sslmode=require" or "Host=…;Database=…".</summary>
public static class PostgresAddress
{
    /// <summary>Connections of one node for the membership of a cluster.</summary>
    public const int MembershipMax = 4;

    private static readonly string[] Schemes = ["postgres://", "postgresql://"];
    private static readonly string[] Keys = ["Host", "Server"];

    /// <summary>The connection string in the driver's words; false where the text means something else.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? connectionString)
    {
        connectionString = null;
        try
        {
            if (Schemes.Any(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)))
                connectionString = ReadUrl(text).ConnectionString;
            else if (new DbConnectionStringBuilder { ConnectionString = text } is var parts && Keys.Any(parts.ContainsKey))
                connectionString = new NpgsqlConnectionStringBuilder(text).ConnectionString;
        }
        // What is wrong with it may be a part of the password, and is not said: no message repeats that.
        catch (Exception error) when (error is ArgumentException or FormatException or KeyNotFoundException)
        {
            return false;
        }
        return connectionString is not null;
    }

    /// <summary>The same place for the membership of a cluster, which asks seldom and must not wait long.</summary>
    public static string ForMembership(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "parley membership",
        MaxPoolSize = MembershipMax,
        Timeout = 3,
        CommandTimeout = 5,
    }.ConnectionString;

    private static NpgsqlConnectionStringBuilder ReadUrl(string text)
    {
        var url = new Uri(text);
        var settings = new NpgsqlConnectionStringBuilder { Host = url.Host };
        if (url.Port > 0)
            settings.Port = url.Port;
        if (url.AbsolutePath.Length > 1)
            settings.Database = Uri.UnescapeDataString(url.AbsolutePath[1..]);
        var user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            settings.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length == 2)
            settings.Password = Uri.UnescapeDataString(user[1]);
        foreach (var option in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = Uri.UnescapeDataString(option).Split('=', 2);
            var value = parts.Length == 2 ? parts[1] : "";
            // libpq spells verify-full; the other names are the driver's own.
            if (parts[0] == "sslmode")
                settings["SSL Mode"] = value.Replace("-", "", StringComparison.Ordinal);
            else
                settings[parts[0]] = value;
        }
        return settings;
    }
}
