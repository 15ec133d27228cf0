using System.Collections;

namespace Formae.Sdk.Functions.Logging;

/// <summary>The fields of a line or a scope of the log, each looked through. What repeats no secret stays the object it is.</summary>
internal sealed class ScrubbedState : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly KeyValuePair<string, object?>[] _fields;
    private readonly string _text;

    private ScrubbedState(KeyValuePair<string, object?>[] fields, string text) => (_fields, _text) = (fields, text);

    public int Count => _fields.Length;

    public KeyValuePair<string, object?> this[int index] => _fields[index];

    /// <param name="state">What was logged.</param>
    /// <param name="text">Its text, looked through already.</param>
    public static ScrubbedState Of(object? state, string text) => new(
        state is IEnumerable<KeyValuePair<string, object?>> fields ? [.. fields.Select(field => KeyValuePair.Create(field.Key, Scrub(field.Value)))] : [], text);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, object?>>)_fields).GetEnumerator();

    public override string ToString() => _text;

    IEnumerator IEnumerable.GetEnumerator() => _fields.GetEnumerator();

    /// <summary>A collection is written element by element, so it is looked through as one text of its elements.</summary>
    private static object? Scrub(object? value)
    {
        var text = value is IEnumerable elements and not string ? string.Join(", ", elements.Cast<object?>()) : value?.ToString();
        if (text is null)
            return value;
        var scrubbed = CallSecrets.Scrub(text);
        return scrubbed == text ? value : scrubbed;
    }
}
