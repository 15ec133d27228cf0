using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Mapping;

/// <summary>How the ids of a type are made of its properties, and its properties read off ids.</summary>
internal sealed class IdTemplate
{
    private readonly string[] _parts;

    /// <param name="template">As <c>/resourceGroups/{ResourceGroup}/providers/Microsoft.X/things/{Name}</c>, below the subscription.</param>
    public IdTemplate(string template) => _parts = template.Trim('/').Split('/');

    /// <summary>The type, such as <c>Microsoft.X/things</c>; empty for resource groups.</summary>
    public string Type => Array.IndexOf(_parts, "providers") is >= 0 and var at ? string.Join('/', _parts[(at + 1)..].Where((_, index) => index == 0 || index % 2 == 1)) : "";

    /// <summary>Why the names make no id; null when they do.</summary>
    public Problem? TryBuild(JsonObject properties, string subscriptionId, out string id)
    {
        id = $"/subscriptions/{subscriptionId}";
        foreach (var part in _parts)
        {
            if (Placeholder(part) is not { } name)
            {
                id += "/" + part;
                continue;
            }

            var value = (string?)properties[name];
            if (Refuse(name, value) is { } problem)
                return problem;
            id += "/" + value;
        }

        return null;
    }

    /// <summary>The names in an id; null: it is another type's.</summary>
    public IReadOnlyDictionary<string, string>? TryRead(string id)
    {
        var parts = id.Trim('/').Split('/');
        if (parts.Length != _parts.Length + 2 || !Same(parts[0], "subscriptions"))
            return null;
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < _parts.Length; i++)
        {
            if (Placeholder(_parts[i]) is { } name)
                names.Add(name, parts[i + 2]);
            else if (!Same(_parts[i], parts[i + 2]))
                return null;
        }

        return names;
    }

    /// <summary>An id in the spelling of the template, so that one object has one id whoever wrote it.</summary>
    public string? Normalized(string id, string subscriptionId) =>
        TryRead(id) is { } names && TryBuild(new JsonObject(names.Select(name => KeyValuePair.Create(name.Key, (JsonNode?)name.Value))), subscriptionId, out var same) is null ? same : null;

    /// <summary>Where objects of the type are listed: below what the parameters name, as far as they name it.</summary>
    /// <returns>Null: its parent is not named, and there is no list of all of them.</returns>
    public string? CollectionBelow(IReadOnlyDictionary<string, string> parameters, string subscriptionId)
    {
        var needed = _parts[..^1].Select(Placeholder).OfType<string>().ToList();
        var path = $"/subscriptions/{subscriptionId}";
        if (needed.TrueForAll(name => parameters.GetValueOrDefault(name) is { Length: > 0 }))
            return path + "/" + string.Join('/', _parts[..^1].Select(part => Placeholder(part) is { } name ? parameters[name] : part));
        var providers = Array.IndexOf(_parts, "providers");
        return needed.Count == 1 && providers > 0 ? path + "/" + string.Join('/', _parts[providers..^1]) : null;
    }

    /// <summary>A name that would make another id of it.</summary>
    public static Problem? Refuse(string field, string? value) =>
        string.IsNullOrWhiteSpace(value) || value is "." or ".." || value.AsSpan().IndexOfAny("/?#%\\") >= 0 || value.Any(char.IsControl)
            ? Problems.InvalidRequest($"'{field}' is no name that Azure could take: it is empty, is . or .., or holds one of / ? # % \\.")
            : null;

    /// <summary>An id that leads out of the subscription, or to something else than it seems to: addresses fold <c>..</c>, and end before <c>?</c> and <c>#</c>.</summary>
    public static Problem? RefuseId(string field, string id, string subscriptionId)
    {
        var root = $"/subscriptions/{subscriptionId}";
        if (!id.StartsWith(root, StringComparison.OrdinalIgnoreCase) || id.Length > root.Length && id[root.Length] != '/')
            return Problems.InvalidRequest($"'{field}' must be the id of something in the target's subscription.");
        return RefuseParts(field, id[1..]);
    }

    /// <summary>A path with a part that would make another id of it.</summary>
    public static Problem? RefuseParts(string field, string path) => path.Split('/').Select(part => Refuse(field, part)).FirstOrDefault(problem => problem is not null);

    private static string? Placeholder(string part) => part is ['{', .. var name, '}'] ? name : null;

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
