using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Formae.Model;

namespace Formae.Protocol.Documents;

/// <summary>Line and column, both from 1; columns count characters.</summary>
internal readonly record struct Position(int Line, int Column);

/// <summary>
/// A document as JSON without white space, and beside it a flat list of its values in the order of the text, each knowing where in the source it
/// stood. JSON and YAML both become this, so that there is one binder and one way to say where something is.
/// </summary>
internal sealed class DocumentTree(List<DocumentTree.Node> nodes, ReadOnlyMemory<byte> json, Func<int, bool, Position> positionOf)
{
    /// <summary>One value. Offsets are those in the compact JSON; a value's members or elements follow it up to <see cref="End"/>.</summary>
    internal struct Node
    {
        public JsonTokenType Kind;
        public int Parent;
        public int End;
        public int Start;
        public int Length;
        public int KeyStart;
        public int KeyLength;
    }

    public const int Root = 0;

    /// <summary>Bytes of JSON.</summary>
    public int Length => json.Length;

    public JsonTokenType KindOf(int node) => nodes[node].Kind;

    public ReadOnlySpan<byte> Raw(int node) => json.Span.Slice(nodes[node].Start, nodes[node].Length);

    public string Text(int node) => Decode(Raw(node));

    public string Key(int node) => Decode(json.Span.Slice(nodes[node].KeyStart, nodes[node].KeyLength));

    public ReadOnlySpan<byte> RawKey(int node) => json.Span.Slice(nodes[node].KeyStart, nodes[node].KeyLength);

    public bool HasKey(int node) => nodes[node].KeyLength > 0;

    public JsonElement Element(int node) => JsonText.Parse(Raw(node));

    public ChildEnumerator Children(int node) => new(nodes, node);

    public Position PositionOf(int node) => positionOf(node, false);

    /// <summary>Where its key stands, or the value itself in an array.</summary>
    public Position KeyPositionOf(int node) => positionOf(node, HasKey(node));

    public string PathOf(int node)
    {
        var steps = new Stack<int>();
        for (var current = node; current > Root; current = nodes[current].Parent)
            steps.Push(current);
        PropertyPath? path = null;
        foreach (var step in steps)
            path = HasKey(step) ? PropertyPath.Of(path, Key(step)) : PropertyPath.Of(path, IndexOf(step));
        return path?.ToString() ?? "";
    }

    /// <summary>The node at the end of a path, or the last one on the way that exists.</summary>
    public int Find(IReadOnlyList<PropertyPath> steps)
    {
        var current = Root;
        foreach (var step in steps)
        {
            var next = -1;
            var index = 0;
            foreach (var child in Children(current))
            {
                if (step.Key is { } key ? HasKey(child) && Key(child) == key : !HasKey(child) && index == step.Index)
                {
                    next = child;
                    break;
                }

                index++;
            }

            if (next < 0)
                return current;
            current = next;
        }

        return current;
    }

    public int ParentOf(int node) => nodes[node].Parent;

    /// <summary>The same document with other values in place of some that have no members; each stands where the old one stood, and what it holds is not among the values.</summary>
    public DocumentTree Replace(SortedDictionary<int, (JsonTokenType Kind, JsonElement Json)> values)
    {
        var starts = new int[values.Count];
        var shifts = new int[values.Count];
        var text = new ArrayBufferWriter<byte>(json.Length + values.Sum(static value => JsonMarshal.GetRawUtf8Value(value.Value.Json).Length) + 1);
        var (next, copied, shift) = (0, 0, 0);
        foreach (var (node, (_, value)) in values)
        {
            var old = nodes[node];
            var replacement = JsonMarshal.GetRawUtf8Value(value);
            text.Write(json.Span[copied..old.Start]);
            text.Write(replacement);
            copied = old.Start + old.Length;
            starts[next] = old.Start;
            shifts[next++] = shift += replacement.Length - old.Length;
        }

        text.Write(json.Span[copied..]);
        var moved = new List<Node>(nodes.Count);
        for (var i = 0; i < nodes.Count; i++)
        {
            var node = nodes[i];
            var isReplaced = values.TryGetValue(i, out var value);
            var end = Moved(node.Start + node.Length);
            node.Start = Moved(node.Start);
            node.Length = end - node.Start;
            node.KeyStart = Moved(node.KeyStart);
            if (isReplaced)
                node.Kind = value.Kind;
            moved.Add(node);
        }

        return new DocumentTree(moved, text.WrittenMemory, positionOf);

        // What begins behind a replaced value has moved with it; the value itself has not.
        int Moved(int offset)
        {
            var behind = Array.BinarySearch(starts, offset);
            behind = behind < 0 ? ~behind : behind;
            return behind == 0 ? offset : offset + shifts[behind - 1];
        }
    }

    private int IndexOf(int node)
    {
        var index = 0;
        foreach (var sibling in Children(nodes[node].Parent))
        {
            if (sibling == node)
                return index;
            index++;
        }

        return index;
    }

    private static string Decode(ReadOnlySpan<byte> quoted) =>
        quoted.Contains((byte)'\\') ? JsonText.Parse(quoted).GetString()! : Encoding.UTF8.GetString(quoted[1..^1]);

    internal struct ChildEnumerator(List<Node> nodes, int parent)
    {
        private int _next = parent + 1;

        public int Current { get; private set; } = -1;

        public readonly ChildEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_next >= nodes[parent].End)
                return false;
            Current = _next;
            _next = nodes[_next].End;
            return true;
        }
    }
}
