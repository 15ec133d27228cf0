using Formae.Embedded.DurableTask.Messages;
using Formae.Embedded.DurableTask.Orchestrations;
using Formae.Embedded.Sqlite;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.DurableTask.Storage;

/// <summary>Brings what the store holds unfinished back into memory.</summary>
internal static class HubLoader
{
    /// <summary>Numbers this opening of the hub, so that its ids are new ones. On a connection of its own, before anybody writes.</summary>
    public static long BeginOpening(SqliteStore store)
    {
        using var connection = SqliteConnection.Open(store.Path, SqliteAccess.ReadWrite);
        connection.Execute("BEGIN IMMEDIATE; INSERT INTO openings DEFAULT VALUES; DELETE FROM openings WHERE number<last_insert_rowid(); COMMIT");
        return connection.LastInsertRowId;
    }

    public static void Load(HubState hub, ILogger log)
    {
        var instances = hub.Store.Read(ReadUnfinished);
        foreach (var (instance, _) in instances)
            hub.Add(instance);
        var messages = hub.Store.Read(connection => ReadMessages(connection, log));

        // Events before beginnings: an event that came first must find its instance, and waits there for the start.
        foreach (var message in messages)
        {
            if (message.Body is InstanceEvent.TimerFired timer && hub.Find(message.Target) is { } owner && owner.Run == timer.Run)
                owner.Timers[timer.TaskId] = message;
            hub.Route(message);
        }

        foreach (var (instance, startAt) in instances.Where(pair => !pair.Instance.IsStarted))
            hub.Begin(instance, startAt);
        Log.Opened(log, hub.Store.Path, instances.Count, messages.Count);
    }

    private static List<(Instance Instance, long StartAt)> ReadUnfinished(SqliteConnection connection)
    {
        using var rows = connection.Prepare(
            "SELECT id, name, version, run, status, started, start_at, parent, parent_name, parent_run, parent_task FROM instances WHERE status NOT IN (?, ?, ?)");
        rows.Bind(1, (long)OrchestrationRuntimeStatus.Completed).Bind(2, (long)OrchestrationRuntimeStatus.Failed).Bind(3, (long)OrchestrationRuntimeStatus.Terminated);
        var found = new List<(Instance, long)>();
        while (rows.Step())
        {
            var parent = rows.IsNull(7) ? null : new ParentTask(rows.Text(7), rows.Text(8), rows.Int64(9), rows.Int32(10));
            var instance = new Instance(rows.Text(0), rows.Text(1), parent)
            {
                Version = rows.Text(2),
                Run = rows.Int64(3),
                Status = (OrchestrationRuntimeStatus)rows.Int32(4),
                IsStarted = rows.Int64(5) != 0,
            };
            found.Add((instance, rows.Int64(6)));
        }

        return found;
    }

    private static List<Message> ReadMessages(SqliteConnection connection, ILogger log)
    {
        using var rows = connection.Prepare("SELECT id, target, due, body FROM messages ORDER BY id");
        var found = new List<Message>();
        while (rows.Step())
        {
            var (id, target) = (rows.Int64(0), rows.Text(1));
            try
            {
                found.Add(new Message(id, target, MessageCodec.Decode(rows.Bytes(3)), rows.Int64(2)));
            }
            catch (InvalidDataException e)
            {
                Log.UnreadableMessage(log, id, target, e);
            }
        }

        return found;
    }
}
