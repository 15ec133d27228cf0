using System.Globalization;
using System.Text.Json;

namespace Formae.Model;

/// <summary>JSON patches (RFC 6902) as they are kept and shown: where an operation writes a secret, or something that holds one, the secret is withheld.</summary>
public static class SecretPatches
{
    /// <summary>The patch without secrets; the very same element where it holds none.</summary>
    public static JsonElement Redacted(JsonElement patch, ResourceSchema? schema)
    {
        var root = HintTree.Of(schema);
        if (patch.ValueKind != JsonValueKind.Array || !patch.EnumerateArray().Any(operation => IsPlain(operation, root)))
            return patch;
        return JsonText.Write(writer =>
        {
            writer.WriteStartArray();
            foreach (var operation in patch.EnumerateArray())
            {
                if (!IsPlain(operation, root))
                {
                    operation.WriteTo(writer);
                    continue;
                }

                writer.WriteStartObject();
                foreach (var member in operation.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    if (member.Name == "value")
                        Redacted(member.Value, Place(operation, root)).WriteTo(writer);
                    else
                        member.Value.WriteTo(writer);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static JsonElement Redacted(JsonElement value, (HintTree Hints, bool IsWithin) place) => JsonText.Rewrite(value, place.Hints, (part, hints, path, writer) =>
    {
        if (!SecretValues.IsSecret(part, hints) && !(place.IsWithin && path is null))
            return false;
        SecretValues.WriteWithheld(Envelope.Redacted, writer);
        return true;
    });

    private static bool IsPlain(JsonElement operation, HintTree root)
    {
        if (operation.ValueKind != JsonValueKind.Object || !operation.TryGetProperty("value", out var value))
            return false;
        var (hints, isWithin) = Place(operation, root);
        return isWithin ? !Envelope.IsWithheld(value) : SecretValues.HoldsPlain(value, hints);
    }

    /// <summary>What the schema says of the place that an operation names, and whether the place is a part of a secret.</summary>
    private static (HintTree Hints, bool IsWithin) Place(JsonElement operation, HintTree root)
    {
        var hints = root;
        if (!operation.TryGetProperty("path", out var pointer) || pointer.ValueKind != JsonValueKind.String)
            return (hints, false);
        foreach (var step in pointer.GetString()!.Split('/').Skip(1))
        {
            if (hints.Hint.Opaque)
                return (hints, true);
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var child = hints.Child(name);

            // An element of a collection stands at the collection's node, however many collections are within one another.
            var isElement = ReferenceEquals(child, HintTree.None) && (name == "-" || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _));
            hints = isElement ? hints : child;
        }

        return (hints, false);
    }
}
