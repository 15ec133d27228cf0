using Formae.Cli.Terminals;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Watching;

/// <summary>For pipes and logs: one line for each change of a state, nothing painted over.</summary>
internal sealed class PlainProgress(IAnsiConsole console, TimeProvider time) : IProgressView
{
    private readonly Dictionary<string, (string State, int? Attempt, string? Waiting)> _seen = new(StringComparer.Ordinal);
    private readonly long _started = time.GetTimestamp();

    public bool ShowsWaiting => false;

    public Task<Command> RunAsync(Func<Task<Command>> follow) => follow();

    public void Show(WatchedCommand command, IReadOnlyList<UpdateText> news)
    {
        foreach (var update in news)
        {
            var now = (update.State, update.State == States.InProgress ? update.Attempt : null, update.State == States.NotStarted && update.Message is { Length: > 0 } why ? why : null);
            var before = _seen.GetValueOrDefault(update.Key, (States.NotStarted, null, null));
            if (now == before)
                continue;
            _seen[update.Key] = now;
            var attempt = update is { State: States.InProgress, Attempt: > 1 } ? $" (attempt {update.Attempt} of {update.MaxAttempts})" : "";
            var message = update.Message is { Length: > 0 } text && update.State != States.Success ? $": {text.ReplaceLineEndings(" ")}" : "";
            console.WriteLine(Literal.Visible($"{UpdateText.Format(time.GetElapsedTime(_started)),7}  {update.Operation,-6}  {update.State,-10}  {update.Name}{(update.Type.Length == 0 ? "" : $"  {update.Type}")}{attempt}{message}"));
        }
    }
}
