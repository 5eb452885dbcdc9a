using System.CommandLine;
using Parley.Protocol;

namespace Parley.Replay;

/// <summary>Reads the command line; the exit code is 0 (all arrived as it was sent), 1 (something did not) or 2 (it could not be tried).</summary>
internal static class Program
{
    private static readonly Argument<FileInfo[]> Files = new("files")
    {
        Description = "JSON lines of {from, to, text}, plain or packed (.gz)",
        Arity = ArgumentArity.OneOrMore,
    };
    private static readonly Option<string> Url = new("--url")
    {
        Description = "the server; without it http://localhost:8080",
        DefaultValueFactory = _ => "http://localhost:8080",
    };
    private static readonly Option<bool> Start = new("--start") { Description = "start a server for this run, and throw it away afterwards" };
    private static readonly Option<int> AtOnce = new("--at-once")
    {
        Description = "conversations at a time; without it 12",
        DefaultValueFactory = _ => 12,
    };

    private static Task<int> Main(string[] args)
    {
        Url.Validators.Add(result =>
        {
            if (!Uri.TryCreate(result.GetValueOrDefault<string>(), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                result.AddError("--url is an address such as http://localhost:8080.");
        });
        AtOnce.Validators.Add(result =>
        {
            // One person may be in all of them, with two sockets in each, and the server lets 32 be open.
            if (result.GetValueOrDefault<int>() is < 1 or > 16)
                result.AddError("--at-once is a number from 1 to 16.");
        });
        var command = new RootCommand("Replays conversations through the API of a running Parley, and compares what arrived with what was sent.")
        {
            Files, Url, Start, AtOnce,
        };
        command.SetAction(Run);
        return command.Parse(args).InvokeAsync();
    }

    private static async Task<int> Run(ParseResult parsed)
    {
        try
        {
            await using var server = parsed.GetValue(Start) ? await ThrowAwayServer.Start() : null;
            var run = new Run(server?.Address ?? new Uri(parsed.GetValue(Url)!), parsed.GetValue(AtOnce));
            return await run.Replay(parsed.GetValue(Files)!);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or InvalidOperationException or HttpRequestException or Refusal)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 2;
        }
    }
}
