namespace Formae.Coordination.Queries;

/// <summary>A value of a query: literal pieces with any text between them. Nothing but a <c>*</c> without a backslash has a meaning in it.</summary>
internal sealed class ValuePattern
{
    private readonly IReadOnlyList<string> _pieces;

    private ValuePattern(IReadOnlyList<string> pieces) => _pieces = pieces;

    public bool IsExact => _pieces.Count == 1;

    /// <summary>Of an exact one: the value itself.</summary>
    public string Text => string.Join('*', _pieces);

    public static ValuePattern Of(string value) => new([value]);

    public static ValuePattern Of(IReadOnlyList<string> pieces) => new(pieces);

    public bool Matches(string value, StringComparison comparison)
    {
        if (IsExact)
            return string.Equals(value, _pieces[0], comparison);
        if (!value.StartsWith(_pieces[0], comparison))
            return false;
        var position = _pieces[0].Length;
        foreach (var piece in _pieces.Skip(1).SkipLast(1))
        {
            var found = value.IndexOf(piece, position, comparison);
            if (found < 0)
                return false;
            position = found + piece.Length;
        }

        return value.Length - position >= _pieces[^1].Length && value.EndsWith(_pieces[^1], comparison);
    }
}
