using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Conformance;

/// <summary>What a document says of an object, and what the object says of itself.</summary>
internal static class DocumentPhases
{
    public static async Task ExtractAsync(Trial trial)
    {
        if (!trial.Type.Schema.Extractable)
            throw new NotApplicableException("the type is not extractable");
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        var first = await trial.FindAsync(thing).ConfigureAwait(false);
        thing.Live = first;
        var document = Extracted(trial, thing);
        var second = await trial.FindAsync(thing).ConfigureAwait(false);
        trial.IsAsWanted(second, document, all: true, "What one read returns must be what the next one finds.");

        // As an adoption does it: the document is read by the plugin, the object is looked at, and nothing is changed.
        var request = trial.Update(thing, document, trial.Stored(thing)) with { Patch = JsonElement.Parse("[]") };
        var report = await trial.Bench.CompleteAsync(request).ConfigureAwait(false);
        Rule.Holds(report.Status == OperationStatus.Success, "What a read returns, without its read-only fields, must be a document that the plugin takes.", report);
        trial.IsAsWanted(report.Properties ?? second, document, all: true, "Applying what was extracted must change nothing.");
    }

    public static async Task ReapplyAsync(Trial trial)
    {
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        var before = await trial.FindAsync(thing).ConfigureAwait(false);
        if (trial.Type.Schema.Fields.Count > 0 && trial.Type.Schema.Fields.All(field => trial.Type.HintOf(field).CreateOnly))
            throw new NotApplicableException("nothing of the type can be written in place");
        thing.Live = before;
        await trial.ChangeAsync(thing, thing.Wanted, trial.Rewrite(thing, thing.Wanted, trial.Stored(thing))).ConfigureAwait(false);
        var after = await trial.FindAsync(thing).ConfigureAwait(false);
        Rule.Holds(trial.Type.Same(before, after), $"Applying the same again must change nothing. {string.Join("; ", trial.Type.Changes(before, after))}.");
    }

    public static async Task BadPropertiesAsync(Trial trial)
    {
        var thing = trial.New();
        var tried = 0;
        if (!IsOpen(trial.Type.JsonSchema))
        {
            await RefusedAsync(trial, thing, "NoSuchProperty", JsonValue.Create(1), "a property that the type does not have").ConfigureAwait(false);
            tried++;
        }

        foreach (var property in thing.Wanted.EnumerateObject())
        {
            var hint = trial.Type.HintOf(property.Name);
            if (hint.Required)
            {
                await RefusedAsync(trial, thing, property.Name, null, "a required property that is missing").ConfigureAwait(false);
                tried++;
            }

            if (!hint.Opaque && WrongFor(hint.Type) is { } wrong)
            {
                await RefusedAsync(trial, thing, property.Name, wrong, $"another type than {hint.Type}").ConfigureAwait(false);
                tried++;
            }
        }

        if (tried == 0)
            throw new NotApplicableException("the schema takes any properties");
    }

    public static async Task SchemaAsync(Trial trial)
    {
        if (trial.Bench.UnannouncedKey is { } unknown)
            throw new BrokenRuleException($"The config of the target has '{unknown}', which the plugin does not announce: a document with such a target is refused.");
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        var read = await trial.FindAsync(thing).ConfigureAwait(false);
        foreach (var (properties, verb) in new[] { (thing.Live, "create"), (read, "read") })
        {
            if (SchemaHolding.Undeclared(properties, trial.Type) is { } undeclared)
                throw new BrokenRuleException($"Everything that a {verb} returns must be declared in the schema: {undeclared}.");
            foreach (var field in trial.Type.Schema.Fields.Where(field => trial.Type.HintOf(field) is { Required: true, WriteOnly: false }))
                Rule.Holds(AnnouncedShape.Of(properties, field) is not null, $"A {verb} must return '{field}', which the schema requires: what lacks it is not stored.");
        }

        if (trial.Type.Schema.Identifier is { Length: > 0 } identifier)
            Rule.Holds(AnnouncedShape.Of(read, identifier) is not null, $"A read must return '{identifier}', which the schema calls the type's identifier.");
    }

    /// <summary>What an extraction writes: what was read, without what is read-only, and secrets as they are known.</summary>
    private static JsonElement Extracted(Trial trial, Thing thing)
    {
        var document = new JsonObject();
        foreach (var property in thing.Live.EnumerateObject().Where(property => trial.Type.IsField(property.Name) && property.Value.ValueKind != JsonValueKind.Null))
            document[property.Name] = JsonNode.Parse(property.Value.GetRawText());
        return JsonSerializer.SerializeToElement(document);
    }

    private static async Task RefusedAsync(Trial trial, Thing thing, string path, JsonNode? value, string what)
    {
        var wrong = JsonObject.Create(thing.Wanted)!;
        wrong.Remove(path);
        if (value is not null)
            wrong[path] = value;
        var request = trial.Create(thing) with { Properties = trial.Type.Closed(JsonSerializer.SerializeToElement(wrong), trial.Bench.Plugin.Seal) };
        var report = await trial.Bench.CompleteAsync(request).ConfigureAwait(false);
        if (report is { Status: OperationStatus.Success, NativeId: { } made })
            trial.AlsoRemove(thing, made);
        Rule.Holds(report is { Status: OperationStatus.Failure, Problem.Code: ProblemCodes.InvalidRequest }, $"A create with {what} ('{path}') must be refused as {ProblemCodes.InvalidRequest}.", report);
        Rule.Holds(report.Problem!.Message.Contains(path, StringComparison.Ordinal), $"A refusal of {what} must name its path '{path}'.", report);
    }

    private static bool IsOpen(JsonElement? schema) => schema is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("additionalProperties", out var more) && more.ValueKind == JsonValueKind.True;

    private static JsonNode? WrongFor(string? type) => type switch
    {
        "string" => new JsonObject { ["wrong"] = true },
        "integer" or "number" or "boolean" or "array" or "object" => JsonValue.Create("wrong"),
        _ => null,
    };
}
