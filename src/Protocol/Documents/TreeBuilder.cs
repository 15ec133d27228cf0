using System.Buffers;
using System.Text.Json;
using Formae.Model;

namespace Formae.Protocol.Documents;

/// <summary>Fills a <see cref="DocumentTree"/> token by token: the compact JSON grows beside the list of values. Keys said twice are found here.</summary>
internal sealed class TreeBuilder
{
    private readonly List<DocumentTree.Node> _nodes;
    private readonly ArrayBufferWriter<byte> _json;
    private readonly Stack<int> _open = new();
    private int _keyStart;
    private int _keyLength;
    private bool _needsComma;

    public TreeBuilder(int expectedBytes)
    {
        _nodes = new List<DocumentTree.Node>(expectedBytes / 16 + 16);
        _json = new ArrayBufferWriter<byte>(Math.Max(256, expectedBytes));
    }

    public int Count => _nodes.Count;

    /// <summary>Bytes of JSON so far.</summary>
    public int Length => _json.WrittenCount;

    public int Depth => _open.Count;

    /// <summary>The innermost object or array that is not closed; -1 outside of all.</summary>
    public int Innermost => _open.Count > 0 ? _open.Peek() : -1;

    public bool IsInObject => _open.Count > 0 && _nodes[_open.Peek()].Kind == JsonTokenType.StartObject;

    /// <param name="quoted">With its quotes and escapes.</param>
    public void Key(ReadOnlySpan<byte> quoted)
    {
        Separate();
        _keyStart = _json.WrittenCount;
        _keyLength = quoted.Length;
        _json.Write(quoted);
        _json.Write(":"u8);
        _needsComma = false;
    }

    public void Scalar(JsonTokenType kind, ReadOnlySpan<byte> raw)
    {
        Separate();
        Add(kind, raw.Length);
        _json.Write(raw);
        _needsComma = true;
    }

    public void Open(JsonTokenType kind)
    {
        Separate();
        Add(kind, 0);
        _open.Push(_nodes.Count - 1);
        _json.Write(kind == JsonTokenType.StartObject ? "{"u8 : "["u8);
        _needsComma = false;
    }

    public void Close()
    {
        var index = _open.Pop();
        var node = _nodes[index];
        _json.Write(node.Kind == JsonTokenType.StartObject ? "}"u8 : "]"u8);
        node.End = _nodes.Count;
        node.Length = _json.WrittenCount - node.Start;
        _nodes[index] = node;
        _needsComma = true;
    }

    public DocumentTree Finish(Func<int, bool, Position> positionOf) => new(_nodes, _json.WrittenMemory, positionOf);

    /// <summary>Notes each key that an object says twice, with both places.</summary>
    public static void FindDuplicates(DocumentTree tree, int count, DiagnosticBag bag)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var node = 0; node < count; node++)
        {
            if (tree.KindOf(node) != JsonTokenType.StartObject || !MayRepeat(tree, node))
                continue;
            seen.Clear();
            foreach (var child in tree.Children(node))
            {
                var key = tree.Key(child);
                if (seen.TryAdd(key, child))
                    continue;
                var first = tree.KeyPositionOf(seen[key]);
                bag.Add(Severity.Error, DiagnosticCodes.DuplicateKey, $"The key '{key}' is there twice: first on line {first.Line}.",
                    "Only one of them can count: remove the other.", tree.PathOf(child), tree.KeyPositionOf(child));
            }
        }
    }

    // Nearly every object is small and has keys that differ in length or in the first bytes; only the others are looked at closely.
    private static bool MayRepeat(DocumentTree tree, int node)
    {
        Span<int> hashes = stackalloc int[16];
        var count = 0;
        foreach (var child in tree.Children(node))
        {
            var key = tree.RawKey(child);
            if (count == hashes.Length || key.Contains((byte)'\\'))
                return true;
            var hash = key.Length;
            foreach (var one in key)
                hash = hash * 31 + one;
            if (hashes[..count].Contains(hash))
                return true;
            hashes[count++] = hash;
        }

        return false;
    }

    private void Separate()
    {
        if (_needsComma)
            _json.Write(","u8);
    }

    private void Add(JsonTokenType kind, int length)
    {
        _nodes.Add(new DocumentTree.Node
        {
            Kind = kind,
            Parent = Innermost,
            End = _nodes.Count + 1,
            Start = _json.WrittenCount,
            Length = length,
            KeyStart = _keyStart,
            KeyLength = _keyLength,
        });
        _keyLength = 0;
    }
}
