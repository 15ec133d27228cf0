using System.Text.Json;

namespace Formae.Model;

/// <summary>
/// Fields that cannot stand beside each other: of a group of alternatives there is one (<see cref="FieldHint.OneOf"/>), and some fields go with one value of another
/// (<see cref="FieldHint.OnlyWhen"/>). One rule for what a document may say, for what it drops of the stored state, and for what a report takes the place of.
/// </summary>
public static class Alternatives
{
    /// <summary>Whether the object says anything of the field: null, empty and the empty text are how documents leave it out, and a withheld secret is one that stays as it is.</summary>
    public static bool IsDeclared(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var field) && !CanonicalText.IsLeftOut(Bare(field)) && !Envelope.IsWithheld(field);

    /// <summary>Whether the field, of which nothing is declared, has to go because of what is.</summary>
    /// <param name="name">The field.</param>
    /// <param name="stored">The object as it is, which has the field.</param>
    /// <param name="around">What is declared of the object, last, and of those around it.</param>
    /// <param name="hints">The object's.</param>
    public static bool IsRuledOut(string name, JsonElement stored, IReadOnlyList<JsonElement> around, HintTree hints)
    {
        var (own, declared) = (hints.Child(name), around[^1]);
        if (own.Hint.OneOf is { } group && hints.Ordered.Any(other => other.Key != name && other.Value.Hint.OneOf == group && IsDeclared(declared, other.Key)))
            return true;
        if (own.Requirement is { } required && Broken(required, around) is not null)
            return true;

        // What is declared rests on a value that is stored no longer, then: the provider, or its default, finds the right one.
        return !own.Hint.Required && hints.Ordered.Any(other => other.Value.Requirement is { Up: 0 } needed && needed.Field == name && IsDeclared(declared, other.Key)
            && Scalar(stored, name) is { } value && value != needed.Value);
    }

    /// <summary>The first field before this one that is declared although only one of the two can be; null when there is none.</summary>
    public static string? Rival(string name, JsonElement declared, HintTree hints)
    {
        if (hints.Child(name).Hint.OneOf is not { } group || !IsDeclared(declared, name))
            return null;
        foreach (var property in declared.EnumerateObject())
        {
            if (property.Name == name)
                return null;
            if (hints.Child(property.Name).Hint.OneOf == group && IsDeclared(declared, property.Name))
                return property.Name;
        }

        return null;
    }

    /// <summary>The value that is declared in the place of the one that is required; null where it is that one, or not known, or nothing is declared.</summary>
    /// <param name="required">What is required.</param>
    /// <param name="around">What is declared of the object of the field that requires it, last, and of those around it.</param>
    public static string? Broken(Requirement required, IReadOnlyList<JsonElement> around) =>
        required.Up < around.Count && around[^(1 + required.Up)] is var owner && IsDeclared(owner, required.Field) && Scalar(owner, required.Field) is { } value && value != required.Value
            ? value
            : null;

    private static string? Scalar(JsonElement value, string name) => value.TryGetProperty(name, out var field) ? Bare(field) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } other => other.GetRawText(),
        _ => null,
    } : null;

    private static JsonElement Bare(JsonElement value)
    {
        while (Envelope.IsValue(value) && !Envelope.IsHashed(value))
            value = value.GetProperty(Envelope.Value);
        return value;
    }
}
