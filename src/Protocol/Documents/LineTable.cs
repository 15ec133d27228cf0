using System.Text;

namespace Formae.Protocol.Documents;

/// <summary>From an offset in UTF-8 text to line and column. The lines are counted only once somebody asks.</summary>
internal sealed class LineTable(ReadOnlyMemory<byte> utf8)
{
    private List<int>? _starts;

    public Position At(int offset)
    {
        var starts = _starts ??= Count();
        offset = Math.Clamp(offset, 0, utf8.Length);
        var line = starts.BinarySearch(offset);
        if (line < 0)
            line = ~line - 1;
        var before = utf8.Span[starts[line]..offset];
        return new Position(line + 1, Encoding.UTF8.GetCharCount(before) + 1);
    }

    public int StartOf(long line)
    {
        var starts = _starts ??= Count();
        return starts[(int)Math.Clamp(line, 0, starts.Count - 1)];
    }

    private List<int> Count()
    {
        var starts = new List<int> { 0 };
        var text = utf8.Span;
        var position = 0;
        while (text[position..].IndexOf((byte)'\n') is >= 0 and var length)
        {
            position += length + 1;
            starts.Add(position);
        }

        return starts;
    }
}
