using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;

namespace Formae.Engine.Tests.Diff;

/// <summary>
/// What the semantics say of a state before, a declaration and a state after: nothing here is shared with the diff. Null when all is well, otherwise what is not.
/// </summary>
internal sealed class DiffModel(DiffMode mode)
{
    private bool IsExact => mode == DiffMode.Exact;

    public string? Check(DiffCase given, JsonObject after) => Object(given.Actual, given.Desired, after, given.Root, "", isCreateOnly: false, isRoot: true);

    /// <summary>Says nothing.</summary>
    public static bool IsNothing(JsonNode? node) => node switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonObject value => value.All(member => IsNothing(member.Value)),
        _ => false,
    };

    /// <summary>Says nothing, or only that the field is left out.</summary>
    public static bool IsSilent(JsonNode? node) => node is null || (node is JsonValue text && text.GetValueKind() == JsonValueKind.String && text.GetValue<string>().Length == 0);

    private static bool Same(JsonNode? before, JsonNode? after, Field? field) => SaysNothing(before) ? SaysNothing(after) : Meaning(before, field) == Meaning(after, field);

    private static bool SaysNothing(JsonNode? node) =>
        IsNothing(node) || IsSilent(node) || (node is JsonObject value && !value.ContainsKey("$value") && value.All(member => SaysNothing(member.Value)));

    /// <summary>A text that two values share exactly when they mean the same. Fields in <paramref name="without"/> do not count.</summary>
    public static string Meaning(JsonNode? node, Field? field, IReadOnlySet<Field>? without = null)
    {
        switch (node)
        {
            case null:
                return "";
            case JsonObject hashed when hashed["$hashed"] is not null:
                return "secret " + hashed["$value"];
            case JsonObject envelope when envelope["$value"] is { } inner:
                return "secret " + Digest(inner);
            case { } plain when field?.Kind == FieldKind.Secret:
                return "secret " + Digest(plain);
            case JsonObject value:
                var members = value.Where(member => !IsSilent(member.Value)).Select(member => (member.Key, Field: field?.Find(member.Key), member.Value))
                    .Where(member => member.Field is null || without?.Contains(member.Field) != true)
                    .Select(member => (member.Key, Text: Meaning(member.Value, member.Field, without))).Where(member => member.Text.Length > 0)
                    .OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}={member.Text};").ToList();
                return members.Count == 0 ? "" : $"{{{string.Concat(members)}}}";
            case JsonArray { Count: 0 }:
                return "";
            case JsonArray list:
                var elements = list.Select(element => $"<{Meaning(element, field, without)}>");
                elements = field?.Kind switch
                {
                    FieldKind.Array => elements,
                    FieldKind.Entities or FieldKind.Atomic => elements.Order(StringComparer.Ordinal),
                    _ => elements.Distinct().Order(StringComparer.Ordinal),
                };
                return $"[{string.Concat(elements)}]";
            case JsonValue text when text.GetValueKind() == JsonValueKind.String:
                return field?.Kind == FieldKind.JsonText && Parsed(text.GetValue<string>()) is { } document ? "json " + Meaning(document, new Field("", FieldKind.Array, new(), [])) + Shape(document) : "text " + text.GetValue<string>();
            case JsonValue number when number.GetValueKind() == JsonValueKind.Number:
                return "number " + double.Parse(number.ToJsonString(), CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture);
            default:
                return node.ToJsonString();
        }
    }

    // Of a JSON text empties count.
    private static string Shape(JsonNode document) => document switch { JsonArray list => $"a{list.Count}", JsonObject value => $"o{value.Count}", _ => "" };

    private static JsonNode? Parsed(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Digest(JsonNode plain) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plain is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : plain.ToJsonString())));

    /// <summary>The provider's fields that a value leaves out somewhere.</summary>
    private static HashSet<Field> LeftOut(JsonNode? desired, Field field, HashSet<Field>? found = null)
    {
        found ??= [];
        if (desired is JsonArray list)
        {
            foreach (var element in list)
                LeftOut(element, field, found);
            return found;
        }

        foreach (var below in field.Fields)
        {
            var said = (desired as JsonObject)?[below.Name] is { } value && !SaysNothing(value) ? value : null;
            if (below.Flags.HasProviderDefault && said is null)
                found.Add(below);
            else
                LeftOut(said, below, found);
        }

        return found;
    }

    private static bool Matches(JsonNode? actual, JsonNode? desired, Field field)
    {
        var without = LeftOut(desired, field);
        return Meaning(actual, field, without) == Meaning(desired, field, without);
    }

    private string? Object(JsonObject before, JsonObject desired, JsonObject after, Field type, string path, bool isCreateOnly, bool isRoot = false)
    {
        foreach (var name in before.Concat(desired).Concat(after).Select(member => member.Key).Distinct())
        {
            var place = $"{path}/{name}";
            var field = type.Find(name);
            var isKnown = field is not null || !isRoot;
            var createOnly = isCreateOnly || field?.Flags.CreateOnly == true;
            var said = desired[name];
            if (!isKnown || IsSilent(said) || (field is not null && createOnly && field.Flags.WriteOnly && !IsSilent(said)))
            {
                // A whole entity set that a reconcile no longer finds in the document. Where all of the field above it is sent along, null may say so, as the document does.
                var isRemoved = IsExact && said is null && field is { Kind: FieldKind.Entities, Flags: { HasProviderDefault: false, WriteOnly: false } } && !SaysNothing(before[name]);
                if (isRemoved ? after[name] is not null : !Same(before[name], after[name], field))
                    return $"{place}: nobody mentioned it, and it is {after[name]?.ToJsonString() ?? "gone"}";
            }
            else if (SaysNothing(before[name]) && SaysNothing(said))
            {
                if (!SaysNothing(after[name]))
                    return $"{place}: it should be empty";
            }
            else if (Value(before[name], said, after[name], field ?? new Field(name, FieldKind.Scalar, new(), []), place, createOnly) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }

    private string? Value(JsonNode? before, JsonNode? desired, JsonNode? after, Field field, string path, bool isCreateOnly)
    {
        var isWhole = field.Kind is FieldKind.Atomic or FieldKind.Secret || desired is JsonObject secret && secret.ContainsKey("$value");
        switch (before, desired)
        {
            case (JsonObject one, JsonObject other) when !isWhole && !one.ContainsKey("$value"):
                return after is JsonObject changed ? Object(one, other, changed, field, path, isCreateOnly) : $"{path}: it is no object any more";
            case (JsonArray one, JsonArray other) when !isWhole:
                return after is JsonArray list ? List(one, other, list, field, path, isCreateOnly) : $"{path}: it is no list any more";
        }

        // In a patch an empty collection in place of something else asks for nothing.
        if (desired is JsonObject or JsonArray && SaysNothing(desired) && !IsExact)
            return JsonNode.DeepEquals(before, after) ? null : $"{path}: an empty declaration changed it";
        return Matches(after, desired, field) ? null : $"{path}: it is {after?.ToJsonString()} and should be {desired?.ToJsonString()}";
    }

    private string? List(JsonArray before, JsonArray desired, JsonArray after, Field field, string path, bool isCreateOnly)
    {
        if (field.Kind == FieldKind.Entities)
            return Entities(before, desired, after, field, path, isCreateOnly);
        if (field.Kind == FieldKind.Array && before.Count == desired.Count)
        {
            return after.Count != before.Count
                ? $"{path}: it has {after.Count} elements"
                : Enumerable.Range(0, before.Count).Select(i => Element(before[i], desired[i], after[i], field, $"{path}/{i}", isCreateOnly)).FirstOrDefault(wrong => wrong is not null);
        }

        if (field.Kind == FieldKind.Array)
            return Sequence(before, desired, after, field, path);

        foreach (var element in desired)
        {
            if (!after.Any(other => Matches(other, element, field)))
                return $"{path}: {element?.ToJsonString()} is not in {after.ToJsonString()}";
        }

        foreach (var element in before)
        {
            var isWanted = !IsExact || desired.Any(other => Matches(element, other, field));
            if (isWanted != after.Any(other => Meaning(other, field) == Meaning(element, field)))
                return $"{path}: {element?.ToJsonString()} should {(isWanted ? "" : "not ")}be in {after.ToJsonString()}";
        }

        return after.Count(element => !before.Any(other => JsonNode.DeepEquals(other, element))) <= desired.Count ? null : $"{path}: {after.ToJsonString()} has more than was asked for";
    }

    private string? Element(JsonNode? before, JsonNode? desired, JsonNode? after, Field field, string path, bool isCreateOnly) =>
        desired is null ? null : IsNothing(before) && IsNothing(desired) ? null : Value(before, desired, after, field with { Kind = FieldKind.Object }, path, isCreateOnly);

    private string? Sequence(JsonArray before, JsonArray desired, JsonArray after, Field field, string path)
    {
        var isWhole = IsExact || after.Count == desired.Count;
        if (isWhole)
            return after.Count == desired.Count && after.Zip(desired).All(pair => Matches(pair.First, pair.Second, field)) ? null : $"{path}: {after.ToJsonString()} is not {desired.ToJsonString()}";
        if (after.Count < before.Count || !after.Take(before.Count).Zip(before).All(pair => JsonNode.DeepEquals(pair.First, pair.Second)))
            return $"{path}: {after.ToJsonString()} does not begin with {before.ToJsonString()}";
        var left = after.ToList();
        return desired.All(element => left.FindIndex(other => Matches(other, element, field)) is >= 0 and var index && Removed(index)) ? null : $"{path}: {after.ToJsonString()} does not hold all of {desired.ToJsonString()}";

        bool Removed(int index)
        {
            left.RemoveAt(index);
            return true;
        }
    }

    private string? Entities(JsonArray before, JsonArray desired, JsonArray after, Field field, string path, bool isCreateOnly)
    {
        foreach (var entity in before.Concat(desired).Concat(after))
        {
            var key = Key(entity, field);
            var (old, wanted, now) = (Of(before, key), Of(desired, key), Of(after, key));
            var place = $"{path}[{key}]";
            if (wanted is null)
            {
                var isKept = old is not null && (!IsExact || field.Flags.HasProviderDefault);
                if (isKept ? Meaning(old, field) != Meaning(now, field) : now is not null)
                    return $"{place}: it should {(isKept ? "be as before" : "be gone")} and is {now?.ToJsonString() ?? "gone"}";
            }
            else if (now is null)
            {
                return $"{place}: it is missing";
            }
            else if (old is JsonObject one && wanted is JsonObject other && now is JsonObject changed)
            {
                if (Object(one, other, changed, field, place, isCreateOnly) is { } wrong)
                    return wrong;
            }
            else if (Meaning(now, field) != Meaning(wanted, field))
            {
                return $"{place}: it is {now.ToJsonString()}";
            }
        }

        return after.Select(entity => Key(entity, field)).Distinct().Count() == after.Count ? null : $"{path}: a key is there twice";
    }

    private static string Key(JsonNode? entity, Field field) => entity is JsonObject value && value["K"] is { } key ? "key " + key.ToJsonString() : "value " + Meaning(entity, field);

    private static JsonNode? Of(JsonArray list, string key)
    {
        return list.FirstOrDefault(entity => Key(entity, new Field("", FieldKind.Entities, new(), [])) == key);
    }
}
