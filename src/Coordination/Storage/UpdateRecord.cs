using System.Globalization;
using Azure;
using Formae.Engine.Operations;
using Formae.Engine.Planning;

namespace Formae.Coordination.Storage;

/// <summary>One resource update of a command: its plan, and what became of it.</summary>
public sealed record UpdateRecord
{
    public required string CommandId { get; init; }

    /// <summary>Group and index in it: see <see cref="RowOf"/>.</summary>
    public required string Row { get; init; }

    /// <summary>Secrets are sealed.</summary>
    public required ResourceUpdate Plan { get; init; }

    /// <summary>Indexes, within the group, of what it waits for.</summary>
    public int[] DependsOn { get; init; } = [];

    public UpdateProgress Progress { get; init; } = new();

    public static string RowOf(int group, int index) => string.Create(CultureInfo.InvariantCulture, $"{group:D5}-{index:D7}");

    public static int IndexOf(string row) => int.Parse(row.AsSpan(6), CultureInfo.InvariantCulture);
}

/// <summary>One target update of a command. Where it stands says when it is carried out.</summary>
public sealed record TargetUpdateRecord
{
    /// <summary>How the rows of those begin that are carried out before the first group starts.</summary>
    public const string AtOpen = "open-";

    /// <summary>How the rows of those begin that are carried out after the last group has ended.</summary>
    public const string AtClose = "close-";

    public required string CommandId { get; init; }

    /// <summary>A node of a group has a row there, as a resource update has; the others stand apart.</summary>
    public required string Row { get; init; }

    /// <summary>Secrets are sealed.</summary>
    public required TargetUpdate Plan { get; init; }

    /// <summary>Indexes, within the group, of what it waits for.</summary>
    public int[] DependsOn { get; init; } = [];

    public UpdateProgress Progress { get; init; } = new();

    public static string RowAt(string when, int index) => string.Create(CultureInfo.InvariantCulture, $"{when}{index:D7}");
}

/// <summary>The part of an update that changes while it runs.</summary>
public sealed record UpdateProgress
{
    public string State { get; init; } = Protocol.Http.States.NotStarted;

    public int Attempt { get; init; }

    public int MaxAttempts { get; init; }

    public string? NativeId { get; init; }

    public string? Error { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What its walk is told of an update that had ended before it was asked for.</summary>
    /// <param name="now">For what has no times.</param>
    public Outcome ToOutcome(DateTimeOffset now) => new()
    {
        State = State switch
        {
            Protocol.Http.States.Success => OutcomeState.Success,
            Protocol.Http.States.Canceled => OutcomeState.Canceled,
            Protocol.Http.States.Rejected => OutcomeState.Rejected,
            _ => OutcomeState.Failed,
        },
        Error = Error,
        Message = Message,
        StartedAt = StartedAt ?? now,
        FinishedAt = FinishedAt ?? now,
    };
}

/// <summary>How an update stands, without its plan.</summary>
/// <param name="Row">The update.</param>
/// <param name="State">Its state.</param>
/// <param name="Leaves">The stack that it takes a resource out of; null when it takes none.</param>
/// <param name="Version">Changes whenever the row does.</param>
public sealed record UpdateSummary(string Row, string State, string? Leaves, ETag Version)
{
    /// <summary>The resource; null for a target.</summary>
    public string? Ksuid { get; init; }

    /// <summary>Whether its command was canceled by force before it had ended.</summary>
    public bool IsForceCanceled { get; init; }

    /// <summary>Whether it is carried out after the last group has ended.</summary>
    public bool IsAtClose => Row.StartsWith(TargetUpdateRecord.AtClose, StringComparison.Ordinal);
}

/// <summary>How an update ends that is ended from outside.</summary>
public sealed record Settlement(string State, string? Error, string? Message = null)
{
    /// <summary>Whether its command was canceled by force: it may have been running.</summary>
    public bool IsForced { get; init; }
}

/// <summary>What an update is and how it stands, without its plan.</summary>
/// <param name="Row">The update.</param>
/// <param name="IsTarget">Of a target; otherwise of a resource.</param>
/// <param name="Ksuid">The resource's.</param>
/// <param name="Type">The resource's.</param>
/// <param name="Label">Of whichever it is.</param>
/// <param name="Stack">The resource's.</param>
/// <param name="Operation">As the API calls it.</param>
/// <param name="Progress">How it stands.</param>
public sealed record UpdateStanding(string Row, bool IsTarget, string? Ksuid, string? Type, string Label, string? Stack, string Operation, UpdateProgress Progress);
