using Formae.Embedded.Sqlite;

namespace Formae.Embedded.ServiceBus;

/// <summary>One change of the file. Holds copies, because it is applied on the writer's thread while the message in memory moves on.</summary>
internal abstract class Change
{
    public abstract void Apply(SqliteConnection connection);
}

/// <summary>How the state of a message is kept in the file; locks are not kept.</summary>
internal enum RowState
{
    Active = 0,
    Deferred = 1,
    Scheduled = 2,
}

internal sealed class InsertMessage(long row, StoredMessage message, byte[] content, RowState state) : Change
{
    private readonly (int Deliveries, long Enqueued, long Expires, long Due, string? Source, long Original) _m =
        (message.DeliveryCount, message.Enqueued, message.Expires, message.Due, message.DeadLetterSource, message.EnqueuedSequenceNumber);

    public override void Apply(SqliteConnection connection) => connection
        .Statement("INSERT INTO messages(row, state, deliveries, enqueued, expires, due, source, original, content) VALUES(?,?,?,?,?,?,?,?,?)")
        .Bind(1, row).Bind(2, (long)state).Bind(3, _m.Deliveries).Bind(4, _m.Enqueued).Bind(5, _m.Expires).Bind(6, _m.Due).Bind(7, _m.Source).Bind(8, _m.Original)
        .BindBytes(9, content).Run();
}

internal sealed class DeleteMessage(long row) : Change
{
    public override void Apply(SqliteConnection connection) => connection.Statement("DELETE FROM messages WHERE row=?").Bind(1, row).Run();
}

/// <summary>A message becomes another row: it was scheduled and is active now, or it goes to the dead-letter queue.</summary>
internal sealed class MoveMessage(long from, long to, StoredMessage moved, byte[]? newContent) : Change
{
    private readonly (int Deliveries, long Enqueued, long Expires, string? Source) _m = (moved.DeliveryCount, moved.Enqueued, moved.Expires, moved.DeadLetterSource);

    public override void Apply(SqliteConnection connection)
    {
        connection.Statement("UPDATE messages SET row=?, state=0, deliveries=?, enqueued=?, expires=?, source=? WHERE row=?")
            .Bind(1, to).Bind(2, _m.Deliveries).Bind(3, _m.Enqueued).Bind(4, _m.Expires).Bind(5, _m.Source).Bind(6, from).Run();
        if (newContent is not null)
            connection.Statement("UPDATE messages SET content=? WHERE row=?").BindBytes(1, newContent).Bind(2, to).Run();
    }
}

internal sealed class UpdateMessage(long row, RowState state, int deliveries, byte[]? newContent) : Change
{
    public override void Apply(SqliteConnection connection)
    {
        connection.Statement("UPDATE messages SET state=?, deliveries=? WHERE row=?").Bind(1, (long)state).Bind(2, deliveries).Bind(3, row).Run();
        if (newContent is not null)
            connection.Statement("UPDATE messages SET content=? WHERE row=?").BindBytes(1, newContent).Bind(2, row).Run();
    }
}

internal sealed class SaveDeliveryCount(long row, int deliveries) : Change
{
    public override void Apply(SqliteConnection connection) =>
        connection.Statement("UPDATE messages SET deliveries=? WHERE row=?").Bind(1, deliveries).Bind(2, row).Run();
}

internal sealed class SaveNextSequenceNumber(long entity, long next) : Change
{
    public override void Apply(SqliteConnection connection) => connection.Statement("UPDATE entities SET next=? WHERE id=?").Bind(1, next).Bind(2, entity).Run();
}

internal sealed class RememberId(long entity, string messageId, long until) : Change
{
    public override void Apply(SqliteConnection connection) =>
        connection.Statement("INSERT OR REPLACE INTO history(entity, message, until) VALUES(?,?,?)").Bind(1, entity).Bind(2, messageId).Bind(3, until).Run();
}

internal sealed class ForgetIds(long entity, long until) : Change
{
    public override void Apply(SqliteConnection connection) =>
        connection.Statement("DELETE FROM history WHERE entity=? AND until<=?").Bind(1, entity).Bind(2, until).Run();
}
