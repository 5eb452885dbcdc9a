namespace Parley.Server.Storage;

/// <summary>What people search looks at: every word of the name and the username, in lower case, each after a space.</summary>
public static class SearchName
{
    /// <summary>For example " ada lovelace ada" for Ada Lovelace, ada.</summary>
    public static string Of(string fullName, string username) =>
        " " + string.Join(' ', $"{fullName} {username}".ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
