using System.Reflection;
using Parley.Protocol;

namespace Parley.Server.Accounts;

/// <summary>Which passwords are taken: long enough, and not among those that are tried first. There are no rules of composition.</summary>
internal static class PasswordRules
{
    private const int Shortest = 8, Longest = 256;

    private static readonly HashSet<string> Common = ReadCommon();

    /// <summary>Refuses a password that breaks a rule.</summary>
    public static void Check(string password, string username)
    {
        if (password.EnumerateRunes().Count() < Shortest)
            throw Refusal.Invalid("password", $"A password has at least {Shortest} characters.");
        if (password.Length > Longest)
            throw Refusal.Invalid("password", $"A password has at most {Longest} characters.");
        if (Common.Contains(password.ToLowerInvariant()) || password.Distinct().Count() == 1)
            throw Refusal.Invalid("password", "This password is among the first that anyone would try. Choose another.");
        if (password.Equals(username, StringComparison.OrdinalIgnoreCase))
            throw Refusal.Invalid("password", "The password must not be the username.");
    }

    private static HashSet<string> ReadCommon()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Parley.Server.Accounts.CommonPasswords.txt")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }
}
