using Formae.Embedded.Sqlite;

namespace Formae.Embedded.ServiceBus;

/// <summary>The bus's file: its tables, and everything that is read from it.</summary>
internal sealed class BusStore(SqliteStore file)
{
    public static readonly string[] Schema =
    [
        """
        CREATE TABLE entities(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE COLLATE NOCASE, next INTEGER NOT NULL);
        CREATE TABLE messages(row INTEGER PRIMARY KEY, state INTEGER NOT NULL, deliveries INTEGER NOT NULL, enqueued INTEGER NOT NULL,
            expires INTEGER NOT NULL, due INTEGER NOT NULL, source TEXT, original INTEGER NOT NULL, content BLOB NOT NULL);
        CREATE TABLE history(entity INTEGER NOT NULL, message TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY(entity, message)) WITHOUT ROWID;
        CREATE INDEX history_by_end ON history(entity, until);
        """,
    ];

    /// <summary>The entity's number and its next sequence number; made when it is new.</summary>
    public Task<(long Id, long Next)> RegisterAsync(string path) => file.WriteAsync(connection =>
    {
        connection.Statement("INSERT INTO entities(path, next) VALUES(?, 1) ON CONFLICT(path) DO NOTHING").Bind(1, path).Run();
        var read = connection.Statement("SELECT id, next FROM entities WHERE path=?").Bind(1, path);
        read.Step();
        var found = (read.Int64(0), read.Int64(1));
        read.Reset();
        return found;
    });

    /// <summary>Fills a new entity with what the file holds for it. Bodies stay in the file until they are delivered.</summary>
    public void Load(Entity entity, long now) => file.Read(connection =>
    {
        var rows = connection.Statement("SELECT row, state, deliveries, enqueued, expires, due, source, original, length(content) FROM messages WHERE row>=? AND row<=? ORDER BY row")
            .Bind(1, entity.RowOf(0)).Bind(2, entity.RowOf(Entity.LargestSequenceNumber));
        while (rows.Step())
        {
            var state = (RowState)rows.Int32(1);
            var message = new StoredMessage
            {
                SequenceNumber = Entity.FromRow(rows.Int64(0)).SequenceNumber,
                Place = state switch { RowState.Deferred => Place.Deferred, RowState.Scheduled => Place.Scheduled, _ => Place.Ready },
                IsDeferred = state == RowState.Deferred,
                DeliveryCount = rows.Int32(2),
                Enqueued = rows.Int64(3),
                Expires = rows.Int64(4),
                Due = rows.Int64(5),
                DeadLetterSource = rows.TextOrNull(6),
                EnqueuedSequenceNumber = rows.Int64(7),
                Size = rows.Int32(8),
            };
            if (entity is MessageQueue queue)
                queue.Add(message);
            else
                entity.Scheduled.Add(message);
        }

        rows.Reset();
        var history = connection.Statement("SELECT message, until FROM history WHERE entity=? AND until>? ORDER BY until").Bind(1, entity.Id).Bind(2, now);
        while (history.Step())
            entity.History.TryRemember(history.Text(0), history.Int64(1));
        history.Reset();
        return true;
    });

    public byte[] ReadContent(long row) => file.Read(connection =>
    {
        var read = connection.Statement("SELECT content FROM messages WHERE row=?").Bind(1, row);
        var content = read.Step() ? read.Bytes(0).ToArray() : throw new InvalidOperationException($"The message in row {row} is not in the file.");
        read.Reset();
        return content;
    });

    /// <summary>Messages from a number on, in order: at least one if there is one, then until either limit.</summary>
    public List<(long SequenceNumber, byte[] Content)> ReadPage(Entity entity, long from, int most, int budget) => file.Read(connection =>
    {
        var page = new List<(long, byte[])>();
        var read = connection.Statement("SELECT row, content FROM messages WHERE row>=? AND row<=? ORDER BY row LIMIT ?")
            .Bind(1, entity.RowOf(from)).Bind(2, entity.RowOf(Entity.LargestSequenceNumber)).Bind(3, most);
        while ((page.Count == 0 || budget > 0) && read.Step())
        {
            var content = read.Bytes(1).ToArray();
            budget -= content.Length;
            page.Add((Entity.FromRow(read.Int64(0)).SequenceNumber, content));
        }

        read.Reset();
        return page;
    });
}
