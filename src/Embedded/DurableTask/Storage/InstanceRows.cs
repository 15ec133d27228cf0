using Formae.Embedded.DurableTask.Messages;
using Formae.Embedded.DurableTask.Orchestrations;
using Formae.Embedded.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Formae.Embedded.DurableTask.Storage;

/// <summary>The rows of orchestration instances and their histories.</summary>
internal static class InstanceRows
{
    public static bool IsFinished(OrchestrationRuntimeStatus status) =>
        status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    public static TaskFailureDetails AlreadyExists(string id) =>
        TaskFailureDetails.FromException(new InvalidOperationException($"An orchestration instance with the ID '{id}' already exists."));

    public static bool IsTaken(SqliteConnection connection, NewInstance instance)
    {
        var found = connection.Statement("SELECT status FROM instances WHERE id=?").Bind(1, instance.Id);
        if (!found.Step())
            return false;
        var status = found.Int32(0);
        found.Reset();
        return !IsFinished((OrchestrationRuntimeStatus)status) || instance.KeptStatuses.Contains(status);
    }

    public static void Create(SqliteConnection connection, NewInstance instance)
    {
        connection.Statement(
            "INSERT OR REPLACE INTO instances(id, run, name, version, status, started, created, updated, start_at, parent, parent_name, parent_run, parent_task, tags) VALUES(?,?,?,?,?,0,?,?,?,?,?,?,?,?)")
            .Bind(1, instance.Id).Bind(2, instance.Run).Bind(3, instance.Name).Bind(4, instance.Version).Bind(5, (long)OrchestrationRuntimeStatus.Pending)
            .Bind(6, instance.CreatedAt).Bind(7, instance.CreatedAt).Bind(8, instance.StartAt)
            .Bind(9, instance.Parent?.InstanceId).Bind(10, instance.Parent?.Name).Bind(11, instance.Parent?.Run ?? 0).Bind(12, instance.Parent?.TaskId ?? 0)
            .Bind(13, instance.Tags).Run();
        WriteInput(connection, instance.Id, instance.Input);
    }

    public static void WriteInput(SqliteConnection connection, string id, string? input)
    {
        if (input is null)
            connection.Statement("DELETE FROM inputs WHERE id=?").Bind(1, id).Run();
        else
            connection.Statement("INSERT OR REPLACE INTO inputs(id, input) VALUES(?,?)").Bind(1, id).Bind(2, input).Run();
    }

    public static void WriteProgress(SqliteConnection connection, string id, OrchestrationRuntimeStatus status, bool started, long now, string? reason, CustomStatus? custom)
    {
        connection.Statement("UPDATE instances SET status=?, started=?, updated=?, output=? WHERE id=?")
            .Bind(1, (long)status).Bind(2, started ? 1L : 0L).Bind(3, now).Bind(4, reason).Bind(5, id).Run();
        WriteCustomStatus(connection, id, custom);
    }

    public static void WriteNewRun(SqliteConnection connection, string id, long run, Outcome.ContinuedAsNew next, string version, OrchestrationRuntimeStatus status, long now, CustomStatus? custom)
    {
        connection.Statement("UPDATE instances SET run=?, version=?, status=?, started=0, start_at=0, updated=? WHERE id=?")
            .Bind(1, run).Bind(2, version).Bind(3, (long)status).Bind(4, now).Bind(5, id).Run();
        WriteInput(connection, id, next.Input);
        WriteCustomStatus(connection, id, custom);
    }

    public static void WriteEnd(
        SqliteConnection connection, string id, OrchestrationRuntimeStatus status, string? output, byte[]? failure, long now, CustomStatus? custom)
    {
        var update = connection.Statement("UPDATE instances SET status=?, started=1, updated=?, output=?, failure=? WHERE id=?")
            .Bind(1, (long)status).Bind(2, now).Bind(3, output).Bind(5, id);
        if (failure is not null)
            update.BindBytes(4, failure);
        update.Run();
        WriteCustomStatus(connection, id, custom);
    }

    public static void AppendEpisode(SqliteConnection connection, long run, int number, byte[] body) =>
        connection.Statement("INSERT INTO history(run, episode, body) VALUES(?,?,?)").Bind(1, run).Bind(2, number).BindBytes(3, body).Run();

    public static void DropHistory(SqliteConnection connection, long run) => connection.Statement("DELETE FROM history WHERE run=?").Bind(1, run).Run();

    public static string? ReadInput(SqliteConnection connection, string id)
    {
        var found = connection.Statement("SELECT input FROM inputs WHERE id=?").Bind(1, id);
        var input = found.Step() ? found.Text(0) : null;
        found.Reset();
        return input;
    }

    public static List<byte[]> ReadHistory(SqliteConnection connection, long run)
    {
        var rows = connection.Statement("SELECT body FROM history WHERE run=? ORDER BY episode").Bind(1, run);
        var episodes = new List<byte[]>();
        while (rows.Step())
            episodes.Add(rows.Bytes(0).ToArray());
        rows.Reset();
        return episodes;
    }

    /// <summary>The ids of the sub-orchestrations that have not ended, or of all.</summary>
    public static List<string> ReadChildren(SqliteConnection connection, string id, bool unfinishedOnly)
    {
        var rows = connection.Statement("SELECT id, status FROM instances WHERE parent=?").Bind(1, id);
        var children = new List<string>();
        while (rows.Step())
        {
            if (!unfinishedOnly || !IsFinished((OrchestrationRuntimeStatus)rows.Int32(1)))
                children.Add(rows.Text(0));
        }

        rows.Reset();
        return children;
    }

    public static void Delete(SqliteConnection connection, string id)
    {
        connection.Statement("DELETE FROM inputs WHERE id=?").Bind(1, id).Run();
        connection.Statement("DELETE FROM instances WHERE id=?").Bind(1, id).Run();
    }

    private static void WriteCustomStatus(SqliteConnection connection, string id, CustomStatus? custom)
    {
        if (custom is not null)
            connection.Statement("UPDATE instances SET custom_status=? WHERE id=?").Bind(1, custom.Serialized).Bind(2, id).Run();
    }
}
