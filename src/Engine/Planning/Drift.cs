using System.Text.Json;
using Formae.Engine.Diff;
using Formae.Engine.Reports;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>What others did to a stack, in the form in which it is told: <c>{"ModifiedResources":[…]}</c>. Secrets are withheld.</summary>
public static class Drift
{
    public static JsonElement OfStack(IEnumerable<Modification> modifications) => JsonText.Write(writer => Write(modifications.Where(IsReal), writer));

    /// <summary>Writing the same again, or learning of outputs, modifies nothing.</summary>
    internal static bool IsReal(Modification modification)
    {
        if (modification is not { Operation: "update", Now.Properties: { } now, Before.Properties: { } before })
            return true;
        var hints = HintTree.Of(modification.Now.Schema);
        return Text(before, Sense.Declaration) != Text(now, Sense.Declaration) || Text(before, Sense.Content) != Text(now, Sense.Content)
            || modification.Now.Key != modification.Before!.Key;

        string Text(JsonElement value, Sense sense) => CanonicalText.Of(value, hints, sense);
    }

    internal static void Write(IEnumerable<Modification> modifications, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("ModifiedResources");
        foreach (var modification in modifications)
            Write(modification, writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Modification modification, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("Stack", modification.Stack);
        writer.WriteString("Type", modification.Type);
        writer.WriteString("Label", modification.Label);
        writer.WriteString("Operation", modification.Operation);
        if (modification.Operation == "update")
        {
            var now = Plain(modification.Now);
            var before = Plain(modification.Before);
            if (now is { } left && before is { } right)
                Write("PatchDocument", PlainDiff.Between(right, left), writer);
            Write("Properties", Shown(now), writer);
            Write("OldProperties", Shown(before), writer);
        }

        writer.WriteEndObject();
    }

    // Secrets are still told apart by their hashes here.
    private static JsonElement? Plain(Resource? resource) =>
        resource?.Properties is { } properties ? SecretValues.Hashed(StoredState.Plain(properties), resource.Schema) : null;

    private static JsonElement? Shown(JsonElement? properties) => properties is { } value ? SecretValues.Redacted(value, null) : null;

    private static void Write(string name, JsonElement? value, Utf8JsonWriter writer)
    {
        if (value is not { } given)
            return;
        writer.WritePropertyName(name);
        given.WriteTo(writer);
    }
}
