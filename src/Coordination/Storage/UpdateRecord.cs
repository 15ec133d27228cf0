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

    public static string RowOf(int group, int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{group:D5}-{index:D7}");

    public static int IndexOf(string row) => int.Parse(row.AsSpan(6), System.Globalization.CultureInfo.InvariantCulture);
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
}

/// <param name="Row">The update.</param>
/// <param name="State">Its state.</param>
/// <param name="DeletesFrom">The stack that it deletes a resource of; null when it deletes none.</param>
public sealed record UpdateSummary(string Row, string State, string? DeletesFrom);
