using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>Holds declared properties against the schema: names, JSON types, fields that a create needs. Never repeats a value, which may be a secret.</summary>
/// <param name="subject">Whose they are: a resource type, or the config of a namespace's targets.</param>
/// <param name="diagnostics">Where what is wrong is put.</param>
internal sealed class PropertyCheck(string subject, List<Diagnostic> diagnostics)
{
    /// <summary>The object that is being looked at, last, and those around it.</summary>
    private readonly List<JsonElement> _around = [];

    public void Check(JsonElement properties, HintTree hints, PropertyPath place)
    {
        _around.Add(properties);
        foreach (var property in properties.EnumerateObject())
        {
            var name = property.Name;
            if (hints.Fields is { } fields && !fields.Contains(name))
            {
                Unknown(name, fields, PropertyPath.Of(place, name));
                continue;
            }

            Value(property.Value, hints.Child(name), place, name);
        }

        Conflicts(properties, hints, place);
        _around.RemoveAt(_around.Count - 1);
    }

    /// <summary>The fields that a create must have and does not.</summary>
    public static List<string> MissingOnCreate(JsonElement? properties, HintTree hints)
    {
        var missing = new List<string>();
        if (hints.Children.Count > 0)
            Missing(properties is { ValueKind: JsonValueKind.Object } given ? given : JsonText.EmptyObject, hints, null, missing);
        return missing;
    }

    private static void Missing(JsonElement value, HintTree hints, PropertyPath? place, List<string> missing)
    {
        foreach (var (name, child) in hints.Ordered)
        {
            _ = value.TryGetProperty(name, out var given);
            while (Envelope.IsValue(given))
                given = given.GetProperty(Envelope.Value);
            var isGiven = given.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
            var isThere = isGiven && !(given.ValueKind == JsonValueKind.String && given.ValueEquals(""));

            // An empty text is a value of a field that every object has, unless a create is said to need more.
            if (child.Hint.RequiredOnCreate ? !isThere : child.Hint is { Required: true, HasProviderDefault: false } && !isGiven)
                missing.Add(PropertyPath.Of(place, name).ToString());
            if (!isThere || child.Children.Count == 0)
                continue;
            if (given.ValueKind == JsonValueKind.Object && !Envelope.IsEnvelope(given))
            {
                Missing(given, child, PropertyPath.Of(place, name), missing);
            }
            else if (given.ValueKind == JsonValueKind.Array)
            {
                var index = 0;
                foreach (var element in given.EnumerateArray())
                {
                    if (element.ValueKind == JsonValueKind.Object && !Envelope.IsEnvelope(element))
                        Missing(element, child, PropertyPath.Of(PropertyPath.Of(place, name), index), missing);
                    index++;
                }
            }
        }
    }

    private void Value(JsonElement value, HintTree hints, PropertyPath parent, string name)
    {
        if (!hints.IsHinted && hints.Children.Count == 0)
            return;
        if (value.ValueKind == JsonValueKind.Object && Envelope.IsEnvelope(value))
        {
            // Of an envelope only a plain value can be judged now; the others have theirs later.
            if (!Envelope.IsValue(value) || Envelope.IsHashed(value))
                return;
            value = value.GetProperty(Envelope.Value);
            if (Envelope.IsEnvelope(value))
                return;
        }

        if (!IsOfType(value, hints.Hint.Type))
            WrongType(value, hints.Hint.Type!, PropertyPath.Of(parent, name));
        else if (value.ValueKind == JsonValueKind.Object)
            Members(value, hints, PropertyPath.Of(parent, name));
        else if (value.ValueKind == JsonValueKind.Array)
            Elements(value, hints, PropertyPath.Of(parent, name));
        else if (value.ValueKind == JsonValueKind.String && hints.IsJson && Wrong(value.GetString()!) is { } reason)
            InvalidJson(reason, PropertyPath.Of(parent, name));
    }

    private static string? Wrong(string text)
    {
        if (text.Length == 0 || JsonText.TryCanonical(text, out _))
            return null;
        return JsonText.IsJson(text) ? "says a key twice" : "is no JSON document";
    }

    private void Elements(JsonElement array, HintTree hints, PropertyPath place)
    {
        Keys(array, hints, place);
        var index = 0;
        foreach (var element in array.EnumerateArray())
        {
            var at = index++;
            if (Envelope.IsEnvelope(element))
                continue;
            if (!IsOfType(element, hints.Hint.ItemType))
                WrongType(element, hints.Hint.ItemType!, PropertyPath.Of(place, at));
            else if (element.ValueKind == JsonValueKind.Object)
                Members(element, hints, PropertyPath.Of(place, at));
            else if (element.ValueKind == JsonValueKind.String && hints.IsJson && Wrong(element.GetString()!) is { } reason)
                InvalidJson(reason, PropertyPath.Of(place, at));
        }
    }

    // Only one of them could be found again: which, would be up to their order.
    private void Keys(JsonElement array, HintTree hints, PropertyPath place)
    {
        if (hints.Hint is not { UpdateMethod: UpdateMethod.EntitySet, IndexField: { Length: > 0 } field } || array.GetArrayLength() < 2)
            return;
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        var index = -1;
        foreach (var element in array.EnumerateArray())
        {
            index++;
            if (element.ValueKind != JsonValueKind.Object || Envelope.IsEnvelope(element) || !element.TryGetProperty(field, out var key) || CanonicalText.IsEmpty(key))
                continue;
            var name = CanonicalText.Of(key, hints.Child(field), Sense.Declaration);
            var whole = CanonicalText.Of(element, hints, Sense.Declaration);
            if (seen.TryAdd(name, whole) || seen[name] == whole)
                continue;
            diagnostics.Add(new Diagnostic
            {
                Code = DiagnosticCodes.DuplicateElement,
                Summary = $"Two elements of '{Short(place)}' have the same {field}.",
                Detail = $"Elements are told apart by {field}: give each its own, or remove one.",
                Path = PropertyPath.Of(place, index).ToString(),
            });
        }
    }

    private void Members(JsonElement value, HintTree hints, PropertyPath place)
    {
        if (hints.Children.Count == 0)
            return;

        // A schema that gives the types of nested fields lists all of them, and what it does not list would be lost on the way without a word; one that does not
        // give them lists only those with a behaviour.
        _around.Add(value);
        var isClosed = hints.Children.Values.Any(static child => child.Hint.Type is not null);
        foreach (var property in value.EnumerateObject())
        {
            if (isClosed && !hints.Children.ContainsKey(property.Name))
                Unknown(property.Name, hints.Children.Keys, PropertyPath.Of(place, property.Name));
            else
                Value(property.Value, hints.Child(property.Name), place, property.Name);
        }

        Conflicts(value, hints, place);
        _around.RemoveAt(_around.Count - 1);
    }

    // Each of the two is fine by itself, so the plugin could only refuse both.
    private void Conflicts(JsonElement value, HintTree hints, PropertyPath place)
    {
        if (!hints.HasAlternatives)
            return;
        foreach (var property in value.EnumerateObject())
        {
            var (name, at) = (property.Name, PropertyPath.Of(place, property.Name));
            if (Alternatives.Rival(name, value, hints) is { } rival)
                Conflict($"'{Short(at)}' and '{Short(PropertyPath.Of(place, rival))}' of {subject} cannot both be there: they are alternatives.", "Remove one of them.", at);
            else if (Alternatives.IsDeclared(value, name) && hints.Child(name).Requirement is { } required && Alternatives.Broken(required, _around) is not null)
                Conflict($"'{Short(at)}' of {subject} goes only with {required.Field} {required.Value}, and another one is declared.", $"Remove it, or let {required.Field} be {required.Value}.", at);
        }
    }

    private void Conflict(string summary, string detail, PropertyPath at) =>
        diagnostics.Add(new Diagnostic { Code = DiagnosticCodes.ConflictingProperties, Summary = summary, Detail = detail, Path = at.ToString() });

    private void Unknown(string name, IEnumerable<string> known, PropertyPath place)
    {
        var fields = known.Order(StringComparer.Ordinal).ToList();
        diagnostics.Add(new Diagnostic
        {
            Code = DiagnosticCodes.UnknownProperty,
            Summary = $"{char.ToUpperInvariant(subject[0])}{subject[1..]} has no field '{name}' here that can be set.{Suggestion.Sentence(name, fields)}",
            Detail = $"Fields: {string.Join(", ", fields.Take(40))}{(fields.Count > 40 ? ", …" : "")}.",
            Path = place.ToString(),
        });
    }

    private void WrongType(JsonElement value, string expected, PropertyPath place) => diagnostics.Add(new Diagnostic
    {
        Code = DiagnosticCodes.WrongPropertyType,
        Summary = $"'{Short(place)}' of {subject} must be {WithArticle(expected)}; it is {NameOf(value)}.",
        Detail = expected == "string" && value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? "Put it in quotes." : null,
        Path = place.ToString(),
    });

    private void InvalidJson(string reason, PropertyPath place) => diagnostics.Add(new Diagnostic
    {
        Code = DiagnosticCodes.InvalidJsonText,
        Summary = $"'{Short(place)}' of {subject} is compared as a JSON document, and the text {reason}.",
        Detail = "Write one JSON document in which each key is there once.",
        Path = place.ToString(),
    });

    // Behind the list that it stands in, and Properties or Config.
    private static string Short(PropertyPath place) => string.Join('.', place.HintPath.Split('.').Skip(2));

    private static bool IsOfType(JsonElement value, string? type) => value.ValueKind == JsonValueKind.Null || type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && (value.TryGetInt64(out _) || decimal.TryParse(value.GetRawText(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number) && decimal.IsInteger(number)),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => true,
    };

    private static string WithArticle(string type) => type is "array" or "object" or "integer" ? $"an {type}" : $"a {type}";

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Array => "an array",
        _ => "an object",
    };
}
