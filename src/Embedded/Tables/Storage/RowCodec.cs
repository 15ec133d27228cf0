using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Formae.Embedded.Tables;

/// <summary>
/// The properties of a row as one blob: for each a type tag, the name and the value. Lengths are seven bits a byte, low bits first; numbers are little endian.
/// The tags are stored: they never change their meaning.
/// </summary>
internal static class RowCodec
{
    private const byte String = 1;
    private const byte False = 2;
    private const byte True = 3;
    private const byte Int32 = 4;
    private const byte Int64 = 5;
    private const byte Double = 6;
    private const byte DateTime = 7;
    private const byte Guid = 8;
    private const byte Binary = 9;

    public static byte[] Encode(IReadOnlyList<Property> properties)
    {
        var bytes = new ArrayBufferWriter<byte>(64 + (properties.Count * 32));
        for (var i = 0; i < properties.Count; i++)
        {
            var (name, value) = properties[i];
            switch (value)
            {
                case string text:
                    Head(bytes, String, name);
                    Text(bytes, text);
                    break;
                case bool flag:
                    Head(bytes, flag ? True : False, name);
                    break;
                case int number:
                    Head(bytes, Int32, name);
                    BinaryPrimitives.WriteInt32LittleEndian(bytes.GetSpan(4), number);
                    bytes.Advance(4);
                    break;
                case long number:
                    Head(bytes, Int64, name);
                    Long(bytes, number);
                    break;
                case double number:
                    Head(bytes, Double, name);
                    Long(bytes, BitConverter.DoubleToInt64Bits(number));
                    break;
                case DateTimeOffset time:
                    Head(bytes, DateTime, name);
                    Long(bytes, time.UtcTicks);
                    break;
                case Guid guid:
                    Head(bytes, Guid, name);
                    guid.TryWriteBytes(bytes.GetSpan(16));
                    bytes.Advance(16);
                    break;
                case byte[] binary:
                    Head(bytes, Binary, name);
                    Length(bytes, binary.Length);
                    bytes.Write(binary);
                    break;
                default:
                    throw new InvalidOperationException($"No tag for a {value.GetType()}.");
            }
        }

        return bytes.WrittenSpan.ToArray();
    }

    public static Property[] Decode(ReadOnlySpan<byte> bytes, NameCache names)
    {
        names.Rewind();
        while (!bytes.IsEmpty)
        {
            var tag = bytes[0];
            bytes = bytes[1..];
            var name = names.Next(Cut(ref bytes, ReadLength(ref bytes)));
            names.Add(new Property(name, tag switch
            {
                String => Encoding.UTF8.GetString(Cut(ref bytes, ReadLength(ref bytes))),
                False => Boxed.False,
                True => Boxed.True,
                Int32 => BinaryPrimitives.ReadInt32LittleEndian(Cut(ref bytes, 4)),
                Int64 => BinaryPrimitives.ReadInt64LittleEndian(Cut(ref bytes, 8)),
                Double => BitConverter.Int64BitsToDouble(BinaryPrimitives.ReadInt64LittleEndian(Cut(ref bytes, 8))),
                DateTime => new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(Cut(ref bytes, 8)), TimeSpan.Zero),
                Guid => new Guid(Cut(ref bytes, 16)),
                Binary => Cut(ref bytes, ReadLength(ref bytes)).ToArray(),
                _ => throw new InvalidDataException($"A stored property has the unknown type tag {tag}; a newer version wrote it."),
            }));
        }

        return names.TakeProperties();
    }

    private static void Head(ArrayBufferWriter<byte> bytes, byte tag, string name)
    {
        bytes.GetSpan(1)[0] = tag;
        bytes.Advance(1);
        Text(bytes, name);
    }

    private static void Text(ArrayBufferWriter<byte> bytes, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Length(bytes, length);
        bytes.Advance(Encoding.UTF8.GetBytes(text, bytes.GetSpan(length)));
    }

    private static void Long(ArrayBufferWriter<byte> bytes, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes.GetSpan(8), number);
        bytes.Advance(8);
    }

    private static void Length(ArrayBufferWriter<byte> bytes, int length)
    {
        var span = bytes.GetSpan(5);
        var used = 0;
        for (var rest = (uint)length; ; rest >>= 7)
        {
            span[used++] = (byte)(rest < 0x80 ? rest : rest | 0x80);
            if (rest < 0x80)
                break;
        }

        bytes.Advance(used);
    }

    private static int ReadLength(ref ReadOnlySpan<byte> bytes)
    {
        var length = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = Cut(ref bytes, 1)[0];
            length |= (next & 0x7f) << shift;
            if (next < 0x80)
                return length;
        }
    }

    private static ReadOnlySpan<byte> Cut(ref ReadOnlySpan<byte> bytes, int length)
    {
        var cut = bytes[..length];
        bytes = bytes[length..];
        return cut;
    }

    private static class Boxed
    {
        public static readonly object True = true;
        public static readonly object False = false;
    }
}

/// <summary>
/// Gives the same string for the same property name in the rows of one read. Neighbouring rows mostly hold the same names in the same order,
/// so the name that stood at this place in the row before is tried first.
/// </summary>
internal sealed class NameCache
{
    private readonly List<(byte[] Bytes, string Name)> _places = [];
    private readonly List<Property> _properties = [];

    public void Rewind() => _properties.Clear();

    public string Next(ReadOnlySpan<byte> bytes)
    {
        var place = _properties.Count;
        if (place < _places.Count && bytes.SequenceEqual(_places[place].Bytes))
            return _places[place].Name;
        var entry = (bytes.ToArray(), Encoding.UTF8.GetString(bytes));
        if (place < _places.Count)
            _places[place] = entry;
        else
            _places.Add(entry);
        return entry.Item2;
    }

    public void Add(Property property) => _properties.Add(property);

    public Property[] TakeProperties() => [.. _properties];
}
