namespace Formae.Embedded.Tables;

internal enum Comparison
{
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// <summary>A parsed <c>$filter</c>.</summary>
internal abstract record Filter
{
    private Filter()
    {
    }

    public sealed record And(Filter Left, Filter Right) : Filter;

    public sealed record Or(Filter Left, Filter Right) : Filter;

    public sealed record Not(Filter Operand) : Filter;

    public sealed record Compare(string Property, Comparison Comparison, object Literal) : Filter;

    public sealed record Constant(bool Value) : Filter;

    /// <summary>Whether an entity passes. <paramref name="value"/> gives a property's value, or null when the entity has none of that name.</summary>
    public bool Matches<TSource>(TSource source, Func<TSource, string, object?> value) => this switch
    {
        And(var left, var right) => left.Matches(source, value) && right.Matches(source, value),
        Or(var left, var right) => left.Matches(source, value) || right.Matches(source, value),
        Not(var operand) => !operand.Matches(source, value),
        Constant(var constant) => constant,
        Compare(var property, var comparison, var literal) => value(source, property) is { } found && Holds(found, comparison, literal),
        _ => throw new InvalidOperationException($"Not a filter: {this}."),
    };

    // The service compares values of one type only: an Int32 literal finds no Int64 and no Double, and 'ne' between types is false as well.
    private static bool Holds(object found, Comparison comparison, object literal) => (found, literal) switch
    {
        (string left, string right) => Holds(string.CompareOrdinal(left, right), comparison),
        (int left, int right) => Holds(left.CompareTo(right), comparison),
        (long left, long right) => Holds(left.CompareTo(right), comparison),
        (double left, double right) => Holds(left, comparison, right),
        (bool left, bool right) => Holds(left.CompareTo(right), comparison),
        (DateTimeOffset left, DateTimeOffset right) => Holds(left.UtcTicks.CompareTo(right.UtcTicks), comparison),
        (Guid left, Guid right) => Holds(left.CompareTo(right), comparison),
        (byte[] left, byte[] right) => Holds(left.AsSpan().SequenceCompareTo(right), comparison),
        _ => false,
    };

    private static bool Holds(int order, Comparison comparison) => comparison switch
    {
        Comparison.Equal => order == 0,
        Comparison.NotEqual => order != 0,
        Comparison.Greater => order > 0,
        Comparison.GreaterOrEqual => order >= 0,
        Comparison.Less => order < 0,
        _ => order <= 0,
    };

    private static bool Holds(double left, Comparison comparison, double right) => comparison switch
    {
        Comparison.Equal => left == right,
        Comparison.NotEqual => left != right,
        Comparison.Greater => left > right,
        Comparison.GreaterOrEqual => left >= right,
        Comparison.Less => left < right,
        _ => left <= right,
    };
}
