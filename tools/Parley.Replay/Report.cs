using System.Globalization;
using Spectre.Console;

namespace Parley.Replay;

/// <summary>What a replay says at its end.</summary>
internal static class Report
{
    /// <summary>Prints the figures; returns the exit code.</summary>
    public static int Print(Plan plan, IReadOnlyCollection<Outcome> outcomes, TimeSpan took, long httpRetries)
    {
        var sent = plan.Conversations.Sum(conversation => conversation.Messages.Count);
        var acknowledged = plan.Conversations.Sum(conversation => conversation.Messages.Count(message => message.Seq is not null));
        var overSocket = plan.Conversations.Where((_, number) => number % 2 == 1).Sum(conversation => conversation.Messages.Count);
        var pushed = outcomes.Aggregate(default(Verdict), (sum, outcome) => sum + outcome.Pushed);
        var readBack = outcomes.Aggregate(default(Verdict), (sum, outcome) => sum + outcome.ReadBack);

        AnsiConsole.MarkupLineInterpolated(
            $"{plan.Lines:N0} lines, {plan.Conversations.Count:N0} conversations of {plan.People.Count:N0} people in {took.TotalSeconds:N1} s: {acknowledged / took.TotalSeconds:N0} messages/s");
        AnsiConsole.MarkupLineInterpolated($"{sent - overSocket:N0} messages over HTTP, {overSocket:N0} over sockets; each has two readers, one a second device of its sender");
        foreach (var (reason, count) in plan.Unsendable)
            AnsiConsole.MarkupLineInterpolated($"not sendable by the contract: {count:N0} × {reason}");
        foreach (var refusal in outcomes.SelectMany(outcome => outcome.Refusals).GroupBy(text => text))
            AnsiConsole.MarkupLineInterpolated($"[red]refused by the server: {refusal.Count():N0} × {refusal.Key}[/]");
        AnsiConsole.MarkupLineInterpolated(
            $"sent again after no answer: {httpRetries + outcomes.Sum(outcome => outcome.Retries):N0}; asked for after a gap in the pushes: {outcomes.Sum(outcome => outcome.Fetched):N0}");

        var table = new Table().AddColumns("", "expected", "arrived", "lost", "twice", "disorder", "altered", "unknown");
        AddRow(table, "sockets", pushed);
        AddRow(table, "pages", readBack);
        AnsiConsole.Write(table);

        var all = pushed + readBack;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"sent {sent} / acknowledged {acknowledged} / delivered by socket {pushed.Arrived} of {pushed.Sent} / read back {readBack.Arrived} of {readBack.Sent} / lost {all.Lost} / twice {all.Twice} / out of order {all.OutOfOrder} / differing {all.Differing} / unknown {all.Unknown}"));
        return sent == acknowledged && all.IsPerfect ? 0 : 1;
    }

    private static void AddRow(Table table, string name, Verdict verdict)
    {
        int[] numbers = [verdict.Sent, verdict.Arrived, verdict.Lost, verdict.Twice, verdict.OutOfOrder, verdict.Differing, verdict.Unknown];
        table.AddRow([name, .. numbers.Select(number => number.ToString("N0", CultureInfo.InvariantCulture))]);
    }
}
