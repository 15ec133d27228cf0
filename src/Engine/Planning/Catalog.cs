using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>The types that plugins serve, looked up without regard to case.</summary>
internal sealed class Catalog
{
    private readonly Dictionary<string, ResourceSchema> _schemas;
    private readonly Dictionary<string, ResourceSchema> _configs;
    private readonly HashSet<string> _namespaces;

    public Catalog(PlanRequest request)
    {
        _schemas = new Dictionary<string, ResourceSchema>(request.Schemas.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (type, schema) in request.Schemas)
            _schemas[type] = KnownSecrets.Complete(type, schema)!;
        _configs = new Dictionary<string, ResourceSchema>(request.TargetConfigs, StringComparer.OrdinalIgnoreCase);
        _namespaces = new HashSet<string>(request.Namespaces, StringComparer.OrdinalIgnoreCase);
    }

    public ResourceSchema? SchemaOf(string type) => _schemas.GetValueOrDefault(type);

    /// <summary>What is known of the configs of a namespace's targets; null: nothing.</summary>
    public ResourceSchema? ConfigOf(string @namespace) => _configs.GetValueOrDefault(@namespace);

    public bool HasPlugin(string @namespace) => _namespaces.Contains(@namespace);

    /// <summary>Why nobody can work on a type; null when somebody can.</summary>
    public Diagnostic? Missing(string type, PropertyPath place)
    {
        if (_schemas.ContainsKey(type))
            return null;
        var name = Resource.NamespaceOf(type);
        return HasPlugin(name)
            ? new Diagnostic
            {
                Code = DiagnosticCodes.UnknownResourceType,
                Summary = $"The plugin of {name} has no resource type {type}.{Suggestion.Sentence(type, _schemas.Keys)}",
                Detail = "`formae inventory plugins -o json` lists the resource types; a newer version of the plugin may know it.",
                Path = place.ToString(),
            }
            : new Diagnostic
            {
                Code = DiagnosticCodes.UnknownNamespace,
                Summary = $"No plugin for the namespace {name} is running, so {type} cannot be planned.{Suggestion.Sentence(name, _namespaces)}",
                Detail = "Deploy or start the plugin, or correct the part of the type before the first '::'. A resource that brings its Schema along is planned without a plugin, and waits for one.",
                Path = place.ToString(),
            };
    }
}
