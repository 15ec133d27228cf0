using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>Gives every declared resource its identity and every reference the identity it points at.</summary>
internal sealed class Identification(PlanRequest request, IReadOnlyList<DeclaredResource> declared)
{
    private readonly Dictionary<ResourceKey, Resource> _stored = new(request.Inventory.Resources.Count);
    private readonly Dictionary<ResourceKey, DeclaredResource> _declared = new(declared.Count);
    private readonly HashSet<string> _goingAway = new(StringComparer.Ordinal);
    private readonly Dictionary<ResourceKey, Diagnostic> _missing = [];
    private readonly List<Diagnostic> _diagnostics = [];

    /// <summary>The document is wrong about a reference or an alias.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>Referred to, and neither in the document nor in the inventory, or deleted by this very command.</summary>
    public IReadOnlyDictionary<ResourceKey, Diagnostic> Missing => _missing;

    /// <summary>Live rows of the reconciled stacks that the document no longer has.</summary>
    public List<Resource> GoingAway { get; } = [];

    public void Run()
    {
        foreach (var resource in request.Inventory.Resources)
            _stored[resource.Key] = resource;
        var claims = new Dictionary<string, DeclaredResource>(StringComparer.Ordinal);
        foreach (var one in declared)
            Identify(one, claims);
        if (request.Mode == ApplyMode.Reconcile)
            FindGoingAway(claims);
        foreach (var one in declared)
            one.Resource = one.Resource with { Properties = Translate(one.Properties, one.Resource.Stack, one.PropertiesPlace) };
    }

    /// <summary>A value of the document with its references in stored form.</summary>
    public JsonElement Translate(JsonElement value, string stack, PropertyPath place) =>
        References.ToStored(value, (envelope, path) =>
        {
            var where = Under(place, path);
            if (!SourceReference.TryRead(envelope, out var source, out var lacking))
            {
                Note(DiagnosticCodes.InvalidReference, $"A reference needs {string.Join(", ", lacking)}.", "It has the form {\"$res\": true, \"$label\": …, \"$type\": …, \"$stack\": …, \"$property\": …}.", where);
                return null;
            }

            if (Envelope.IsOpaque(envelope) && IsEmbedded(value, path))
            {
                Note(DiagnosticCodes.UnsupportedEmbed, "A secret cannot be embedded in text.", "Let the field be the secret alone.", where);
                return null;
            }

            return Find(source!, stack, where);
        });

    private void Identify(DeclaredResource one, Dictionary<string, DeclaredResource> claims)
    {
        var resource = one.Resource;
        _declared.TryAdd(resource.Key, one);
        var existing = Lookup(resource.Stack, resource) ?? Discovered(resource);
        if (existing is null && resource.Alias is { Length: > 0 } alias)
        {
            Note(DiagnosticCodes.InvalidAlias, $"Nothing in the stack '{resource.Stack}', nor among what was discovered, has the label '{alias}' that '{resource.Label}' gives as its alias.",
                "Remove the alias: the resource will be created.", PropertyPath.Of(one.Place, "Alias"));
        }

        if (existing?.Ksuid is { } ksuid && !claims.TryAdd(ksuid, one))
        {
            Note(DiagnosticCodes.InvalidAlias, $"Both '{claims[ksuid].Resource.Label}' and '{resource.Label}' stand for the existing resource '{existing.Label}'.",
                "Only one of them can: remove the alias of the other.", PropertyPath.Of(one.Place, "Alias"));
            existing = null;
        }

        one.Existing = existing;
        one.Resource = resource with { Ksuid = existing?.Ksuid ?? request.NewKsuid(), Managed = true };
    }

    // Of the same name on another target is another thing, which is not taken away to make this one.
    private Resource? Discovered(Resource resource) => Lookup(Stack.Unmanaged, resource) is { } found && found.Target == resource.Target ? found : null;

    private Resource? Lookup(string stack, Resource resource)
    {
        if (_stored.TryGetValue(new ResourceKey(stack, resource.Type, resource.Label), out var byLabel))
            return byLabel;
        return resource.Alias is { Length: > 0 } alias && _stored.TryGetValue(new ResourceKey(stack, resource.Type, alias), out var byAlias) ? byAlias : null;
    }

    private void FindGoingAway(Dictionary<string, DeclaredResource> claims)
    {
        var stacks = declared.Select(one => one.Resource.Stack).ToHashSet(StringComparer.Ordinal);
        foreach (var resource in request.Inventory.Resources)
        {
            if (resource.Ksuid is not { } ksuid || !stacks.Contains(resource.Stack) || claims.ContainsKey(ksuid))
                continue;
            GoingAway.Add(resource);
            _goingAway.Add(ksuid);
        }
    }

    private PropertyUri? Find(SourceReference source, string stack, PropertyPath where)
    {
        var key = new ResourceKey(source.Stack ?? stack, source.Type, source.Label);
        if (_declared.TryGetValue(key, out var inDocument))
            return new PropertyUri(inDocument.Resource.Ksuid!, source.Property);
        var stored = _stored.GetValueOrDefault(key) ?? _stored.GetValueOrDefault(key with { Stack = Stack.Unmanaged });
        if (stored?.Ksuid is { } ksuid && !_goingAway.Contains(ksuid))
            return new PropertyUri(ksuid, source.Property);

        _missing.TryAdd(key, new Diagnostic
        {
            Code = DiagnosticCodes.ReferenceNotFound,
            Summary = stored is null ? $"There is no {key}." : $"{key} is deleted by this very command, because the document no longer has it.",
            Detail = stored is null
                ? Near(key) ?? "Declare it in the document, apply it first, or correct $label, $type and $stack."
                : "Keep it in the document, or take the reference out.",
            Path = where.ToString(),
        });
        return null;
    }

    // Looked for only for what is missing, and only once per name.
    private string? Near(ResourceKey key)
    {
        var others = _declared.Keys.Concat(_stored.Keys).ToList();
        if (others.FirstOrDefault(other => other.Label == key.Label && string.Equals(other.Type, key.Type, StringComparison.OrdinalIgnoreCase)) is { Label: not null } elsewhere)
            return $"There is one in the stack '{elsewhere.Stack}'.";
        if (_missing.Count > 20)
            return null;
        var labels = others.Where(other => other.Stack == key.Stack && string.Equals(other.Type, key.Type, StringComparison.OrdinalIgnoreCase)).Select(other => other.Label);
        return Suggestion.For(key.Label, labels) is { } label ? $"Did you mean '{label}'?" : null;
    }

    private static bool IsEmbedded(JsonElement root, PropertyPath? path)
    {
        // References.ToStored names the place of the text for a reference inside of it.
        var value = root;
        foreach (var step in Steps(path))
        {
            if (step.Key is null ? value.ValueKind != JsonValueKind.Array : value.ValueKind != JsonValueKind.Object)
                return false;
            if (step.Key is null)
                value = value[step.Index];
            else if (!value.TryGetProperty(step.Key, out value))
                return false;
        }

        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Envelope.Embed, out _);
    }

    private static PropertyPath Under(PropertyPath place, PropertyPath? path)
    {
        foreach (var step in Steps(path))
            place = step.Key is null ? PropertyPath.Of(place, step.Index) : PropertyPath.Of(place, step.Key);
        return place;
    }

    private static IEnumerable<PropertyPath> Steps(PropertyPath? path)
    {
        var steps = new Stack<PropertyPath>();
        for (var step = path; step is not null; step = step.Parent)
            steps.Push(step);
        return steps;
    }

    private void Note(string code, string summary, string detail, PropertyPath place) =>
        _diagnostics.Add(new Diagnostic { Code = code, Summary = summary, Detail = detail, Path = place.ToString() });
}
