namespace Formae.Model;

/// <summary>The value that a field must have for another one to be there.</summary>
/// <param name="Field">Its name.</param>
/// <param name="Up">How many objects further out it stands; 0 is beside the one that requires it. Elements of an array stand right inside of the object that has the array.</param>
/// <param name="Value">The value it must have.</param>
public sealed record Requirement(string Field, int Up, string Value)
{
    /// <summary>Null where the condition names no field beside the one at this path, or further out.</summary>
    internal static Requirement? Of(string path, FieldCondition condition)
    {
        var (own, other) = (path.Split('.'), condition.Field.Split('.'));
        var isAround = other.Length <= own.Length && other.SkipLast(1).SequenceEqual(own.Take(other.Length - 1), StringComparer.Ordinal);
        return isAround ? new Requirement(other[^1], own.Length - other.Length, condition.Value) : null;
    }
}
