using System.Runtime.Serialization;

namespace Formae.Embedded.ServiceBus;

/// <summary>The types that an application property may have, and their bytes.</summary>
internal static class PropertyValues
{
    public static void Write(WireWriter writer, string name, object? value)
    {
        writer.Text(name);
        switch (value)
        {
            case null: writer.Byte(0); break;
            case string v: writer.Byte(1); writer.Text(v); break;
            case bool v: writer.Byte(2); writer.Byte(v ? (byte)1 : (byte)0); break;
            case int v: writer.Byte(3); writer.Int32(v); break;
            case long v: writer.Byte(4); writer.Int64(v); break;
            case double v: writer.Byte(5); writer.Double(v); break;
            case DateTimeOffset v: writer.Byte(6); writer.Int64(v.UtcTicks); break;
            case DateTime v: writer.Byte(7); writer.Int64(v.ToUniversalTime().Ticks); break;
            case TimeSpan v: writer.Byte(8); writer.Int64(v.Ticks); break;
            case Guid v: writer.Byte(9); writer.Guid(v); break;
            case Uri v: writer.Byte(10); writer.Text(v.OriginalString); break;
            case byte[] v: writer.Byte(11); writer.Bytes(v); break;
            case byte v: writer.Byte(12); writer.Byte(v); break;
            case sbyte v: writer.Byte(13); writer.Byte((byte)v); break;
            case short v: writer.Byte(14); writer.Int32(v); break;
            case ushort v: writer.Byte(15); writer.Int32(v); break;
            case uint v: writer.Byte(16); writer.Int64(v); break;
            case ulong v: writer.Byte(17); writer.Int64((long)v); break;
            case float v: writer.Byte(18); writer.Double(v); break;
            case char v: writer.Byte(19); writer.Int32(v); break;
            case decimal v:
                writer.Byte(20);
                foreach (var part in decimal.GetBits(v))
                    writer.Int32(part);
                break;
            default:
                throw new SerializationException($"The application property '{name}' has the type {value.GetType()}, which cannot travel in a message.");
        }
    }

    public static (string Name, object? Value) Read(ref WireReader reader)
    {
        var name = reader.Text();
        object? value = reader.Byte() switch
        {
            0 => null,
            1 => reader.Text(),
            2 => reader.Byte() != 0,
            3 => reader.Int32(),
            4 => reader.Int64(),
            5 => reader.Double(),
            6 => reader.Time(),
            7 => reader.Time().UtcDateTime,
            8 => new TimeSpan(reader.Int64()),
            9 => reader.Guid(),
            10 => Uri.TryCreate(reader.Text(), UriKind.RelativeOrAbsolute, out var uri) ? uri : throw new WireFormatException("A URI is malformed."),
            11 => reader.Bytes().ToArray(),
            12 => reader.Byte(),
            13 => (sbyte)reader.Byte(),
            14 => (short)reader.Int32(),
            15 => (ushort)reader.Int32(),
            16 => (uint)reader.Int64(),
            17 => (ulong)reader.Int64(),
            18 => (float)reader.Double(),
            19 => (char)reader.Int32(),
            20 => ReadDecimal(ref reader),
            var type => throw new WireFormatException($"An application property has the unknown type {type}."),
        };
        return (name, value);
    }

    public static void WriteAll(WireWriter writer, IEnumerable<KeyValuePair<string, object>> properties, int count)
    {
        writer.Int32(count);
        foreach (var (name, value) in properties)
            Write(writer, name, value);
    }

    public static Dictionary<string, object> ReadAll(ref WireReader reader)
    {
        var count = reader.Count(smallestItem: 5);
        var properties = new Dictionary<string, object>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var (name, value) = Read(ref reader);
            properties[name] = value!;
        }

        return properties;
    }

    private static decimal ReadDecimal(ref WireReader reader)
    {
        ReadOnlySpan<int> parts = [reader.Int32(), reader.Int32(), reader.Int32(), reader.Int32()];
        try
        {
            return new decimal(parts);
        }
        catch (ArgumentException)
        {
            throw new WireFormatException("A decimal is malformed.");
        }
    }
}
