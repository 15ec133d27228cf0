using Formae.Embedded.DurableTask.Messages;

namespace Formae.Embedded.DurableTask.History;

/// <summary>One uninterrupted run of an orchestrator's code: when, what it was told and what it asked for. A row of history.</summary>
internal sealed record Episode(DateTime Time, IReadOnlyList<InstanceEvent> Events, IReadOnlyList<RecordedAction> Actions)
{
    private const byte Format = 1;

    public byte[] Encode()
    {
        var writer = new ByteWriter(64);
        writer.Byte(Format);
        writer.Number(Time.Ticks);
        writer.Number(Events.Count);
        foreach (var item in Events)
            MessageCodec.Write(writer, item);
        writer.Number(Actions.Count);
        foreach (var action in Actions)
        {
            writer.Number(action.Id);
            writer.Byte((byte)action.Kind);
            writer.Text(action.Name);
        }

        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not an episode that this version can read.</exception>
    public static Episode Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        if (reader.Byte() is var format && format != Format)
            throw new InvalidDataException($"The history has the unknown format {format}.");
        var time = new DateTime(reader.Number(), DateTimeKind.Utc);
        var events = new InstanceEvent[reader.Count()];
        for (var i = 0; i < events.Length; i++)
            events[i] = MessageCodec.Read(ref reader) as InstanceEvent ?? throw new InvalidDataException("The history holds something that is not an event.");
        var actions = new RecordedAction[reader.Count()];
        for (var i = 0; i < actions.Length; i++)
            actions[i] = new RecordedAction((int)reader.Number(), (ActionKind)reader.Byte(), reader.Text() ?? "");
        return new Episode(time, events, actions);
    }
}
