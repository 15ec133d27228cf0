using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>Whether what a reference points at exists, as far as that can be known.</summary>
internal sealed class ReferredProperty
{
    private readonly List<Diagnostic> _warnings = [];

    public IReadOnlyList<Diagnostic> Warnings => _warnings;

    /// <summary>
    /// A schema lists what can be set, not what a plugin returns besides. So of a resource that exists, and whose outputs were read, a property that is neither is
    /// wrong; of one that does not exist yet only what looks like a slip is pointed out.
    /// </summary>
    public Diagnostic? Unknown(ReferredResource referred, string property, PropertyPath where)
    {
        var resource = referred.Resource;
        if (resource.Schema is not { Fields.Count: > 0 } schema || !PropertyPath.TryParse(property, out var steps) || steps is not [{ Key: { } name }, ..])
            return null;
        var fields = schema.Fields.Concat(schema.Hints.Keys.Select(hint => hint.Split('.')[0])).Append(schema.Identifier).Where(field => field.Length > 0).ToHashSet(StringComparer.Ordinal);
        if (fields.Contains(name) || Has(resource.Properties, name))
            return null;
        var outputs = Names(referred.Existing?.ReadOnlyProperties).ToList();
        if (Has(referred.Existing?.Properties, name) || outputs.Contains(name, StringComparer.Ordinal))
            return null;

        var suggestion = Suggestion.For(name, fields.Concat(outputs));
        if (outputs.Count > 0)
            return Note(Severity.Error, $"{resource.Key} has no property '{name}'.{Meant(suggestion)}", $"It has {string.Join(", ", fields.Concat(outputs).Order(StringComparer.Ordinal).Take(40))}.", where);
        if (suggestion is not null && (name.Length > 5 || string.Equals(name, suggestion, StringComparison.OrdinalIgnoreCase)))
            _warnings.Add(Note(Severity.Warning, $"{resource.Type} has no field '{name}' in its schema.{Meant(suggestion)}", "If it is something that the plugin returns, all is well; otherwise the reference will fail.", where));
        return null;
    }

    private static string Meant(string? suggestion) => suggestion is null ? "" : $" Did you mean '{suggestion}'?";

    private static bool Has(JsonElement? properties, string name) => properties is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out _);

    private static IEnumerable<string> Names(JsonElement? properties) =>
        properties is { ValueKind: JsonValueKind.Object } value ? value.EnumerateObject().Select(property => property.Name) : [];

    private static Diagnostic Note(Severity severity, string summary, string detail, PropertyPath where) =>
        new() { Severity = severity, Code = DiagnosticCodes.UnknownProperty, Summary = summary, Detail = detail, Path = where.ToString() };
}
