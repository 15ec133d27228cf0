using System.CommandLine;
using System.Globalization;
using Formae.Cli.CommandLine;
using Formae.Cli.Output;
using Formae.Cli.Terminals;
using Formae.Protocol.Http;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace Formae.Cli.DeadLetters;

internal static class DeadLetterVerb
{
    public static Command Build(CliContext context) => new("deadletter", "The messages on the bus that nobody took: looks at them, sends them again, drops them.")
    {
        List(context),
        One(context, "show", "Shows one of them.", (session, queue, sequence) => session.Client.GetDeadLetterAsync(queue, sequence, session.Cancellation), "", withDetails: true),
        One(context, "retry", "Sends one again, signed anew: only what an app of this control plane has signed, and what somebody still waits for.", (session, queue, sequence) => session.Client.RetryDeadLetterAsync(queue, sequence, session.Cancellation), "Sent again", withDetails: false),
        One(context, "drop", "Removes one for good.", (session, queue, sequence) => session.Client.DropDeadLetterAsync(queue, sequence, session.Cancellation), "Dropped", withDetails: false),
    };

    private static Command List(CliContext context)
    {
        var queue = new Option<string?>("--queue") { Description = "Only those of this queue.", HelpName = "QUEUE" };
        var max = WholeNumber.Option("--max-results", "How many to list, 1 to 200.", least: 1, most: 200, otherwise: 50);
        var all = new Option<bool>("--all") { Description = "List all of them." };
        var command = new Command("list", "Lists them, queue by queue.") { queue, max, all };
        command.RunsOn(new CommonOptions(), context, async (result, session) =>
        {
            var letters = new List<DeadLetter>();
            string? next = null;
            do
            {
                var page = await session.Client.GetDeadLettersAsync(result.GetValue(queue), result.GetValue(all) ? 200 : result.GetValue(max), next, session.Cancellation);
                letters.AddRange(page.DeadLetters);
                next = page.Next;
            }
            while (result.GetValue(all) && next is not null);

            if (session.Format != OutputFormat.Human)
                MachineOutput.Write(session.Terminal.RawOut, session.Format, new DeadLetterList { DeadLetters = letters, Next = next }, HttpJson.Default.DeadLetterList);
            else
                Write(session.Terminal.Out, letters);
            if (next is not null)
                session.Terminal.Error.WriteLine("There are more.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command One(CliContext context, string name, string description, Func<Session, string, long, Task<DeadLetter>> run, string done, bool withDetails)
    {
        var queue = new Argument<string>("QUEUE") { Description = "Its queue, as the list tells it." };
        var sequence = WholeNumber.Argument("NUMBER", "Its number in the queue.");
        var command = new Command(name, description) { queue, sequence };
        command.RunsOn(new CommonOptions(), context, async (result, session) =>
        {
            var letter = await run(session, result.GetValue(queue)!, result.GetValue(sequence));
            if (session.Format != OutputFormat.Human)
                MachineOutput.Write(session.Terminal.RawOut, session.Format, new DeadLetterList { DeadLetters = [letter] }, HttpJson.Default.DeadLetterList);
            else if (withDetails)
                Write(session.Terminal.Out, letter);
            else
                session.Terminal.Out.WriteLine(Literal.Visible($"{done}: {letter.Summary ?? letter.Subject}"));
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<DeadLetter> letters)
    {
        if (letters.Count == 0)
        {
            console.WriteLine("No dead letters.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("Queue", "Number", "Sent", "Reason", "What");
        foreach (var letter in letters)
            table.AddRow(Literal.Of(letter.Queue), letter.SequenceNumber.ToString(CultureInfo.InvariantCulture), Time(letter.EnqueuedAt), Literal.Of(letter.Reason), Literal.Of(letter.Summary ?? letter.Subject ?? ""));
        console.Write(table);
    }

    private static void Write(IAnsiConsole console, DeadLetter letter)
    {
        void Line(string name, string? value)
        {
            if (value is { Length: > 0 })
                console.WriteLine(Literal.Visible($"{name,-11}  {value.ReplaceLineEndings(" ")}"));
        }

        Line("Queue", letter.Queue);
        Line("Number", letter.SequenceNumber.ToString(CultureInfo.InvariantCulture));
        Line("Reason", letter.Reason);
        Line("", letter.Description);
        Line("What", letter.Summary);
        Line("Kind", letter.Subject);
        Line("Operation", letter.OperationId);
        Line("Message", letter.MessageId);
        Line("Sent", Time(letter.EnqueuedAt));
        Line("Deliveries", letter.DeliveryCount.ToString(CultureInfo.InvariantCulture));
        Line("Size", $"{letter.Size.ToString(CultureInfo.InvariantCulture)} bytes");
        Line("Signed", letter.IsGenuine ? "by an app of this control plane" : "by nobody that is known here: it is not sent again");
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
