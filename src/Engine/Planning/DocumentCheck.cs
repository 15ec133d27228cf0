using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>What is wrong with a document whatever the inventory holds.</summary>
internal sealed class DocumentCheck(PlanRequest request, Catalog catalog)
{
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly HashSet<string> _noticed = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    public List<DeclaredResource> Check()
    {
        var declared = new List<DeclaredResource>(request.Forma.Resources.Count);
        var targets = request.Forma.Targets.Concat(request.Inventory.Targets).GroupBy(target => target.Label, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        var places = new Dictionary<ResourceKey, int>();
        var agreement = new SchemaAgreement(_diagnostics);
        for (var i = 0; i < request.Forma.Resources.Count; i++)
        {
            var resource = Defaults.Fill(request.Forma.Resources[i], request.Forma);

            // The plugin's own schema counts, not what a document brings along: an old one might not know of a secret yet, which would be stored in plain text then.
            if (catalog.SchemaOf(resource.Type) is { } schema)
            {
                if (resource.Schema is { } declaredSchema)
                    agreement.Check(resource.Type, declaredSchema, schema, PropertyPath.Of(PropertyPath.Of(PropertyPath.Of(null, "Resources"), i), "Schema"));
                resource = resource with { Schema = schema };
            }

            var one = new DeclaredResource(i, resource);
            declared.Add(one);
            Check(one, places, targets);
        }

        var configs = new TargetConfigCheck(request, catalog, _diagnostics);
        for (var i = 0; i < request.Forma.Targets.Count; i++)
        {
            var place = PropertyPath.Of(PropertyPath.Of(PropertyPath.Of(null, "Targets"), i), "Config");
            CheckSeals(request.Forma.Targets[i].Config, place);
            configs.Check(request.Forma.Targets[i], place);
        }

        _diagnostics.AddRange(PolicyPlanning.Missing(request));
        return declared;
    }

    /// <summary>A seal is the control plane's own: what a document says to be sealed would be kept as it is, and it may be the secret itself.</summary>
    private void CheckSeals(JsonElement? value, PropertyPath place)
    {
        if (value is not { } present || !Envelope.MayBeIn(present))
            return;
        JsonText.Rewrite(present, HintTree.None, (part, _, path, _) =>
        {
            if (part.ValueKind == JsonValueKind.Object && part.TryGetProperty(Envelope.Sealed, out var _))
                Add(DiagnosticCodes.SecretNotKnown, "A secret is sealed here, and only the control plane seals.", "Declare it with its value.", path is null ? place : PropertyPath.Of(place, path));
            return false;
        });
    }

    private void Check(DeclaredResource declared, Dictionary<ResourceKey, int> places, Dictionary<string, Target> targets)
    {
        var resource = declared.Resource;
        if (!places.TryAdd(resource.Key, declared.Index))
            Add(DiagnosticCodes.DuplicateResource, $"{resource.Key} is declared twice: here and at Resources[{places[resource.Key]}].", "Give one of them another label, or remove it.", declared.Place);
        if (resource.Stack.Length == 0)
            Add(DiagnosticCodes.MissingStack, $"The resource '{resource.Label}' belongs to no stack.", "Name one under Stack, or declare one under Stacks.", declared.Place);
        else if (resource.Stack == Stack.Unmanaged)
            Add(DiagnosticCodes.ReservedStack, $"'{Stack.Unmanaged}' holds what was discovered; nothing can be declared in it.", "Choose a stack of your own: the resource is adopted into it.", PropertyPath.Of(declared.Place, "Stack"));
        if (resource.Target.Length == 0)
            Add(DiagnosticCodes.MissingTarget, $"The resource '{resource.Label}' has no target.", "Name one under Target, or declare one under Targets.", declared.Place);
        else if (targets.TryGetValue(resource.Target, out var target) && target.Namespace.Length > 0 && !target.Namespace.Equals(resource.Namespace, StringComparison.OrdinalIgnoreCase))
            Add(DiagnosticCodes.TargetNamespaceMismatch, $"{resource.Type} cannot be on the target '{target.Label}', which belongs to the namespace {target.Namespace}.", $"Choose a target of the namespace {resource.Namespace}.", PropertyPath.Of(declared.Place, "Target"));
        if (resource.Alias is { Length: > 0 } alias && alias == resource.Label)
            Add(DiagnosticCodes.InvalidAlias, $"The alias of '{resource.Label}' is its own label.", "An alias is the label that the resource had before. Remove it once the rename is done.", PropertyPath.Of(declared.Place, "Alias"));

        // A document that brings the schema along can be planned before there is a plugin; its operations wait for one.
        if (catalog.Missing(resource.Type, PropertyPath.Of(declared.Place, "Type")) is { } missing && (resource.Schema is null || catalog.HasPlugin(resource.Namespace)))
            _diagnostics.Add(missing);
        Notice(declared);
        if (resource.Properties is not { } properties)
            return;
        if (properties.ValueKind == JsonValueKind.Object)
        {
            CheckSeals(properties, declared.PropertiesPlace);
            new PropertyCheck(resource.Type, _diagnostics).Check(properties, declared.Hints, declared.PropertiesPlace);
        }
        else if (properties.ValueKind != JsonValueKind.Null)
            Add(DiagnosticCodes.WrongType, "Properties must be an object.", null, declared.PropertiesPlace);
    }

    /// <summary>What the plugin has to say of a type, at its first resource.</summary>
    private void Notice(DeclaredResource declared)
    {
        if (declared.Resource.Schema?.Notice is not { Length: > 0 } notice || !_noticed.Add(declared.Resource.Type))
            return;
        _diagnostics.Add(new Diagnostic
        {
            Severity = Severity.Warning,
            Code = DiagnosticCodes.TypeNotice,
            Summary = $"{declared.Resource.Type}: {notice}",
            Path = PropertyPath.Of(declared.Place, "Type").ToString(),
        });
    }

    private void Add(string code, string summary, string? detail, PropertyPath place) =>
        _diagnostics.Add(new Diagnostic { Code = code, Summary = summary, Detail = detail, Path = place.ToString() });
}
