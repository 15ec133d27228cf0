using Azure.Data.Tables;
using Formae.Protocol.Http;

namespace Formae.Coordination.Storage;

/// <summary>
/// The columns of an update that change. They are written without a look at the row, many at once, and maybe twice or late; so a beginning, an attempt, an end and a
/// settlement from outside have columns of their own (what it waits for has one, too), and the reader decides: what is settled is settled, what has ended has ended,
/// and only then has it begun, or been tried. No write can take a final state, or what was said at the end, back.
/// </summary>
internal static class UpdateProgressColumns
{
    /// <summary>Set where a cancel by force ended it.</summary>
    public const string Forced = "SettledByForce";

    /// <summary>Those that tell the state.</summary>
    public static IReadOnlyList<string> OfState { get; } = ["State", "BegunAt", "SettledState"];

    /// <summary>Those that <see cref="Read"/> reads.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. OfState, "SettledError", "SettledMessage", "SettledAt", "Attempt", "MaxAttempts", "NativeId", "Error", "Message", "Waiting", "StartedAt", "FinishedAt"];

    /// <summary>As the row is first stored.</summary>
    public static TableEntity WriteFirst(TableEntity row, UpdateProgress progress)
    {
        row["State"] = progress.State;
        return WriteRest(row, progress);
    }

    public static TableEntity Write(TableEntity row, UpdateProgress progress)
    {
        if (States.IsFinal(progress.State))
            return WriteFirst(row, progress);
        if (progress is { State: States.NotStarted, Message: { } waiting })
        {
            row["Waiting"] = Shorten(waiting);
            return row;
        }

        if (progress.StartedAt is null && progress.Attempt == 0)
            throw new ArgumentException("What has begun has begun at a time.", nameof(progress));
        if (progress.StartedAt is { } begun)
            row["BegunAt"] = begun;
        if (progress.Attempt > 0)
            row["TriedAttempt"] = progress.Attempt;
        if (progress.MaxAttempts > 0)
            row["TriedMaxAttempts"] = progress.MaxAttempts;
        if (progress.Message is not null)
            row["TriedMessage"] = Shorten(progress.Message);
        if (progress.Error is not null)
            row["TriedError"] = Shorten(progress.Error);
        return row;
    }

    public static TableEntity Settle(TableEntity row, Settlement settlement, DateTimeOffset at)
    {
        row["SettledState"] = settlement.State;
        if (settlement.Error is { } error)
            row["SettledError"] = Shorten(error);
        if (settlement.Message is { } message)
            row["SettledMessage"] = Shorten(message);
        if (settlement.IsForced)
            row[Forced] = true;
        row["SettledAt"] = at;
        return row;
    }

    public static bool IsForced(TableEntity row) => row.GetBoolean(Forced) ?? false;

    public static string StateOf(TableEntity row) =>
        row.GetString("SettledState")
        ?? (row.GetString("State") is var state && state == States.NotStarted && row.GetDateTimeOffset("BegunAt") is not null ? States.InProgress : state);

    public static UpdateProgress Read(TableEntity row)
    {
        var isSettled = row.GetString("SettledState") is not null;
        var state = StateOf(row);
        var goesOn = !States.IsFinal(state);
        return new UpdateProgress
        {
            State = state,
            Attempt = row.GetInt32("Attempt") ?? row.GetInt32("TriedAttempt") ?? 0,
            MaxAttempts = row.GetInt32("MaxAttempts") ?? row.GetInt32("TriedMaxAttempts") ?? 0,
            NativeId = row.GetString("NativeId"),
            Error = isSettled ? row.GetString("SettledError") : row.GetString(goesOn ? "TriedError" : "Error"),
            Message = row.GetString("SettledMessage") ?? row.GetString(goesOn ? "TriedMessage" : "Message") ?? (state == States.NotStarted ? row.GetString("Waiting") : null),
            StartedAt = row.GetDateTimeOffset("StartedAt") ?? row.GetDateTimeOffset("BegunAt"),
            FinishedAt = isSettled ? row.GetDateTimeOffset("SettledAt") : row.GetDateTimeOffset("FinishedAt"),
        };
    }

    private static TableEntity WriteRest(TableEntity row, UpdateProgress progress)
    {
        if (progress.Attempt > 0)
            row["Attempt"] = progress.Attempt;
        if (progress.MaxAttempts > 0)
            row["MaxAttempts"] = progress.MaxAttempts;
        if (progress.NativeId is not null)
            row["NativeId"] = progress.NativeId;
        if (progress.Error is not null)
            row["Error"] = Shorten(progress.Error);
        if (progress.Message is not null)
            row["Message"] = Shorten(progress.Message);
        if (progress.StartedAt is { } started)
            row["StartedAt"] = started;
        if (progress.FinishedAt is { } finished)
            row["FinishedAt"] = finished;
        return row;
    }

    internal static string Shorten(string text) => text.Length <= 8_000 ? text : text[..8_000] + " …";
}
