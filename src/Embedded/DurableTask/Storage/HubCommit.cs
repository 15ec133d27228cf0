using Formae.Embedded.DurableTask.Messages;
using Formae.Embedded.Sqlite;

namespace Formae.Embedded.DurableTask.Storage;

/// <summary>
/// Everything one step changes, gathered in memory and written as a whole: the messages it consumed, the history it made, the states it left, the messages
/// it sends. What it sends is shown to the rest of the hub only after the commit.
/// </summary>
internal sealed class HubCommit(Func<long> nextId)
{
    private readonly List<long> _consumed = [];
    private readonly List<(Message Message, byte[] Body)> _sent = [];
    private readonly List<(Message Message, byte[] Body)> _replaced = [];
    private readonly List<NewInstance> _started = [];
    private readonly List<Action<SqliteConnection>> _changes = [];

    /// <summary>What to show when it is committed.</summary>
    public IEnumerable<Message> Sent => _sent.Select(sent => sent.Message).Concat(_replaced.Select(replaced => replaced.Message));

    public IReadOnlyList<NewInstance> Started => _started;

    public void Consume(long messageId)
    {
        if (messageId != 0)
            _consumed.Add(messageId);
    }

    public Message Send(string target, MessageBody body, long due = 0) => Send(new Message(nextId(), target, body, due));

    public Message Send(Message message)
    {
        _sent.Add((message, MessageCodec.Encode(message.Body)));
        return message;
    }

    /// <summary>Stores a message again without sending it: its receiver has it already.</summary>
    public void Restore(Message message)
    {
        var body = MessageCodec.Encode(message.Body);
        _changes.Add(connection => Insert(connection, message, body));
    }

    /// <summary>The message of the same id becomes another one.</summary>
    public void Replace(Message message) => _replaced.Add((message, MessageCodec.Encode(message.Body)));

    public void Start(NewInstance instance) => _started.Add(instance);

    public void Change(Action<SqliteConnection> change) => _changes.Add(change);

    public void Apply(SqliteConnection connection)
    {
        foreach (var id in _consumed)
            connection.Statement("DELETE FROM messages WHERE id=?").Bind(1, id).Run();
        foreach (var (message, body) in _replaced)
            connection.Statement("UPDATE messages SET target=?, due=?, body=? WHERE id=?").Bind(1, message.Target).Bind(2, message.Due).BindBytes(3, body).Bind(4, message.Id).Run();
        foreach (var change in _changes)
            change(connection);
        foreach (var instance in _started)
            Create(connection, instance);
        foreach (var (message, body) in _sent)
            Insert(connection, message, body);
    }

    private static void Insert(SqliteConnection connection, Message message, byte[] body) =>
        connection.Statement("INSERT INTO messages(id, target, due, body) VALUES(?,?,?,?)")
            .Bind(1, message.Id).Bind(2, message.Target).Bind(3, message.Due).BindBytes(4, body).Run();

    private void Create(SqliteConnection connection, NewInstance instance)
    {
        if (InstanceRows.IsTaken(connection, instance))
        {
            instance.Refused = true;
            if (instance.Parent is { } parent)
                Send(parent.InstanceId, new InstanceEvent.Failed(parent.Run, parent.TaskId, InstanceRows.AlreadyExists(instance.Id)));
            return;
        }

        InstanceRows.Create(connection, instance);
    }
}
