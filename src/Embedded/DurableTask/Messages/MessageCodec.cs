using Formae.Embedded.DurableTask.History;
using Microsoft.DurableTask;

namespace Formae.Embedded.DurableTask.Messages;

/// <summary>The stored form of messages. A tag is never given another meaning; what is new gets a new one.</summary>
internal static class MessageCodec
{
    public static byte[] Encode(MessageBody body)
    {
        var writer = new ByteWriter(64);
        Write(writer, body);
        return writer.ToArray();
    }

    public static MessageBody Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        return Read(ref reader);
    }

    public static void Write(ByteWriter writer, MessageBody body)
    {
        switch (body)
        {
            case InstanceEvent.Succeeded x:
                writer.Byte(1);
                writer.Number(x.Run);
                writer.Number(x.TaskId);
                writer.Text(x.Result);
                break;
            case InstanceEvent.Failed x:
                writer.Byte(2);
                writer.Number(x.Run);
                writer.Number(x.TaskId);
                Write(writer, x.Failure);
                break;
            case InstanceEvent.TimerFired x:
                writer.Byte(3);
                writer.Number(x.Run);
                writer.Number(x.TaskId);
                break;
            case InstanceEvent.Raised x:
                writer.Byte(4);
                writer.Number(x.Order);
                writer.Text(x.Name);
                writer.Text(x.Input);
                break;
            case InstanceEvent.Suspended x:
                writer.Byte(5);
                writer.Text(x.Reason);
                break;
            case InstanceEvent.Resumed x:
                writer.Byte(6);
                writer.Text(x.Reason);
                break;
            case InstanceEvent.Terminated x:
                writer.Byte(7);
                writer.Text(x.Output);
                writer.Byte(x.Recursive ? (byte)1 : (byte)0);
                break;
            case ActivityRequest x:
                writer.Byte(8);
                writer.Number(x.Run);
                writer.Number(x.TaskId);
                writer.Text(x.Name);
                writer.Text(x.Version);
                writer.Text(x.Input);
                break;
            case EntityRequest.Operation x:
                writer.Byte(9);
                writer.Text(x.Name);
                writer.Text(x.Input);
                writer.Byte(x.Caller is null ? (byte)0 : (byte)1);
                if (x.Caller is not null)
                    Write(writer, x.Caller);
                break;
            case EntityRequest.Lock x:
                writer.Byte(10);
                Write(writer, x.Caller);
                writer.Number(x.Position);
                writer.Number(x.Entities.Count);
                foreach (var entity in x.Entities)
                    writer.Text(entity);
                break;
            case EntityRequest.Unlock x:
                writer.Byte(11);
                writer.Text(x.Holder);
                break;
            default:
                throw new InvalidOperationException($"{body.GetType()} is never stored.");
        }
    }

    /// <exception cref="InvalidDataException">The bytes are not a message that this version can read.</exception>
    public static MessageBody Read(ref ByteReader reader)
    {
        var tag = reader.Byte();
        switch (tag)
        {
            case 1:
                return new InstanceEvent.Succeeded(reader.Number(), (int)reader.Number(), reader.Text());
            case 2:
                return new InstanceEvent.Failed(reader.Number(), (int)reader.Number(), ReadFailure(ref reader));
            case 3:
                return new InstanceEvent.TimerFired(reader.Number(), (int)reader.Number());
            case 4:
                return new InstanceEvent.Raised(reader.Number(), reader.Text() ?? "", reader.Text());
            case 5:
                return new InstanceEvent.Suspended(reader.Text());
            case 6:
                return new InstanceEvent.Resumed(reader.Text());
            case 7:
                return new InstanceEvent.Terminated(reader.Text(), reader.Byte() != 0);
            case 8:
                return new ActivityRequest(reader.Number(), (int)reader.Number(), reader.Text() ?? "", reader.Text() ?? "", reader.Text());
            case 9:
                return new EntityRequest.Operation(reader.Text() ?? "", reader.Text(), reader.Byte() == 0 ? null : ReadCaller(ref reader));
            case 10:
                var caller = ReadCaller(ref reader);
                var position = (int)reader.Number();
                var entities = new string[reader.Count()];
                for (var i = 0; i < entities.Length; i++)
                    entities[i] = reader.Text() ?? "";
                return new EntityRequest.Lock(caller, entities, position);
            case 11:
                return new EntityRequest.Unlock(reader.Text() ?? "");
            default:
                throw new InvalidDataException($"A stored message has the unknown tag {tag}.");
        }
    }

    public static byte[] Encode(TaskFailureDetails failure)
    {
        var writer = new ByteWriter(256);
        Write(writer, failure);
        return writer.ToArray();
    }

    public static TaskFailureDetails DecodeFailure(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        return ReadFailure(ref reader);
    }

    private static void Write(ByteWriter writer, Caller caller)
    {
        writer.Text(caller.InstanceId);
        writer.Number(caller.Run);
        writer.Number(caller.TaskId);
    }

    private static Caller ReadCaller(ref ByteReader reader) => new(reader.Text() ?? "", reader.Number(), (int)reader.Number());

    private static void Write(ByteWriter writer, TaskFailureDetails failure)
    {
        for (var current = failure; current is not null; current = current.InnerFailure)
        {
            writer.Byte(1);
            writer.Text(current.ErrorType);
            writer.Text(current.ErrorMessage);
            writer.Text(current.StackTrace);
        }

        writer.Byte(0);
    }

    private static TaskFailureDetails ReadFailure(ref ByteReader reader)
    {
        var layers = new Stack<(string Type, string Message, string? Stack)>();
        while (reader.Byte() != 0)
            layers.Push((reader.Text() ?? "", reader.Text() ?? "", reader.Text()));
        TaskFailureDetails? failure = null;
        while (layers.TryPop(out var layer))
            failure = new TaskFailureDetails(layer.Type, layer.Message, layer.Stack, failure, null);
        return failure ?? throw new InvalidDataException("A stored failure is empty.");
    }
}
