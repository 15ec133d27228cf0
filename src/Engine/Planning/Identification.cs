using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>Gives every declared resource its identity and every reference the identity it points at.</summary>
internal sealed class Identification
{
    private readonly PlanRequest _request;
    private readonly IReadOnlyList<DeclaredResource> _declared;
    private readonly KnownResources _known;
    private readonly ReferenceTranslation _references;
    private readonly List<Diagnostic> _diagnostics = [];

    public Identification(PlanRequest request, IReadOnlyList<DeclaredResource> declared)
    {
        _request = request;
        _declared = declared;
        _known = new KnownResources(request.Inventory.Resources);
        _references = new ReferenceTranslation(_known);
    }

    /// <summary>The document is wrong about a reference or an alias.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => [.. _diagnostics, .. _references.Errors];

    /// <summary>A reference may not be what was meant.</summary>
    public IReadOnlyList<Diagnostic> Warnings => _references.Warnings;

    /// <summary>Referred to, and neither in the document nor in the inventory, or deleted by this very command.</summary>
    public IReadOnlyDictionary<ResourceKey, Diagnostic> Missing => _references.Missing;

    /// <summary>Live rows of the reconciled stacks that the document no longer has.</summary>
    public List<Resource> GoingAway { get; } = [];

    public void Run()
    {
        var claims = new Dictionary<string, DeclaredResource>(StringComparer.Ordinal);
        foreach (var one in _declared)
            Identify(one, claims);
        if (_request.Mode == ApplyMode.Reconcile)
            FindGoingAway(claims);
        foreach (var one in _declared)
            one.Resource = one.Resource with { Properties = Translate(one.Properties, one.Resource.Stack, one.PropertiesPlace) };
    }

    /// <summary>A value of the document with its references in stored form.</summary>
    public JsonElement Translate(JsonElement value, string stack, PropertyPath place) => _references.Translate(value, stack, place);

    private void Identify(DeclaredResource one, Dictionary<string, DeclaredResource> claims)
    {
        var resource = one.Resource;
        _known.Declare(one);
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
        one.Resource = resource with { Ksuid = existing?.Ksuid ?? _request.NewKsuid(), Managed = true };
    }

    // Of the same name on another target is another thing, which is not taken away to make this one.
    private Resource? Discovered(Resource resource) => Lookup(Stack.Unmanaged, resource) is { } found && found.Target == resource.Target ? found : null;

    private Resource? Lookup(string stack, Resource resource)
    {
        if (_known.Stored(new ResourceKey(stack, resource.Type, resource.Label)) is { } byLabel)
            return byLabel;
        return resource.Alias is { Length: > 0 } alias ? _known.Stored(new ResourceKey(stack, resource.Type, alias)) : null;
    }

    private void FindGoingAway(Dictionary<string, DeclaredResource> claims)
    {
        var stacks = _declared.Select(one => one.Resource.Stack).ToHashSet(StringComparer.Ordinal);
        foreach (var resource in _request.Inventory.Resources)
        {
            if (resource.Ksuid is not { } ksuid || !stacks.Contains(resource.Stack) || claims.ContainsKey(ksuid))
                continue;
            GoingAway.Add(resource);
            _known.GoesAway(ksuid);
        }
    }

    private void Note(string code, string summary, string detail, PropertyPath place) =>
        _diagnostics.Add(new Diagnostic { Code = code, Summary = summary, Detail = detail, Path = place.ToString() });
}
