using System.Globalization;
using Formae.Protocol.Http;

namespace Formae.Cli.Watching;

/// <summary>One update of a command, whatever it is of, as progress and outcome show it.</summary>
internal sealed record UpdateText(string Key, string Operation, string Name, string Type, string State)
{
    public string? Message { get; init; }

    public long? Duration { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public int? Attempt { get; init; }

    public int? MaxAttempts { get; init; }

    public string? Source { get; init; }

    public static IReadOnlyList<UpdateText> Of(Command command) =>
    [
        .. (command.TargetUpdates ?? []).Select(update => new UpdateText($"target/{update.TargetLabel}/{update.Operation}", update.Operation, $"target {update.TargetLabel}", "", update.State)
        {
            Message = update.ErrorMessage,
            Duration = update.Duration,
            StartedAt = update.StartTs,
        }),
        .. (command.ResourceUpdates ?? []).Select(update => new UpdateText($"{update.ResourceId}/{update.Operation}", update.Operation, NameOf(update), update.ResourceType, update.State)
        {
            Message = MessageOf(update.State, update.ErrorMessage, update.StateMessage),
            Duration = update.Duration,
            StartedAt = update.StartedAt,
            Attempt = update.CurrentAttempt,
            MaxAttempts = update.MaxAttempts,
            Source = update.CascadeSource,
        }),
    ];

    public static UpdateText Of(UpdateChange change)
    {
        var isTarget = change.Of == UpdateChange.Target;
        return new UpdateText(
            isTarget ? $"target/{change.Label}/{change.Operation}" : $"{change.ResourceId}/{change.Operation}",
            change.Operation,
            isTarget ? $"target {change.Label}" : change.Stack is { Length: > 0 } stack ? $"{stack}/{change.Label}" : change.Label,
            change.Type ?? "",
            change.State)
        {
            Message = MessageOf(change.State, change.ErrorMessage, change.StateMessage),
            Duration = change.Duration,
            StartedAt = change.StartedAt,
            Attempt = change.CurrentAttempt,
            MaxAttempts = change.MaxAttempts,
        };
    }

    public static string NameOf(ResourceUpdate update) =>
        update.StackName is { Length: > 0 } stack ? $"{stack}/{update.ResourceLabel}" : update.ResourceLabel ?? update.ResourceId;

    // While it goes on, the message of the state has the last error too, and what is done about it.
    private static string? MessageOf(string state, string? error, string? message) =>
        error is { Length: > 0 } && (state != States.InProgress || message is not { Length: > 0 }) ? error : message;

    /// <summary>How long it took, or has taken by <paramref name="now"/>.</summary>
    public TimeSpan? Elapsed(DateTimeOffset now)
    {
        if (State == States.NotStarted)
            return null;
        if (States.IsFinal(State) && Duration is { } milliseconds)
            return TimeSpan.FromMilliseconds(milliseconds);
        return StartedAt is { } start && !States.IsFinal(State) && now > start ? now - start : null;
    }

    /// <summary><c>0.4s</c>, <c>12s</c>, <c>3m05s</c>.</summary>
    public static string Format(TimeSpan time) => time.TotalSeconds switch
    {
        < 9.95 => $"{time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)}s",
        < 59.5 => $"{Math.Round(time.TotalSeconds).ToString(CultureInfo.InvariantCulture)}s",
        _ => $"{(int)time.TotalMinutes}m{time.Seconds:00}s",
    };

    public static string ColourOf(string state) => state switch
    {
        States.Success => "green",
        States.Failed or States.Rejected => "red",
        States.InProgress => "yellow",
        States.Canceled or States.Canceling => "magenta",
        _ => "grey",
    };

    public static string MarkOf(string state) => state switch
    {
        States.Success => "✓",
        States.Failed or States.Rejected => "✗",
        States.InProgress => "▸",
        States.Canceled or States.Canceling => "∅",
        _ => "·",
    };
}
