namespace Formae.ArmSimulator;

/// <summary>What a path below <c>/subscriptions</c> names: an object, or the list of all objects of a type somewhere.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Group">The resource group; null for what is not in one.</param>
/// <param name="Type">The type; of a list, that of its elements.</param>
/// <param name="Id">The id; of a list, the path.</param>
/// <param name="Parent">The id of what contains it: the parent resource, the resource group, or the subscription.</param>
/// <param name="IsList">Whether it names all objects of the type.</param>
internal sealed record ResourcePath(string Subscription, string? Group, string Type, string Id, string Parent, bool IsList)
{
    public string Name => Id[(Id.LastIndexOf('/') + 1)..];

    public static ResourcePath? TryParse(string path)
    {
        var parts = path.Trim('/').Split('/');
        if (parts.Length < 2 || !Is(parts[0], "subscriptions") || parts.Any(part => part.Length == 0))
            return null;
        var subscription = parts[1];
        var scope = $"/subscriptions/{subscription}";
        if (parts.Length == 3 && Is(parts[2], "resourceGroups"))
            return new ResourcePath(subscription, null, TypeCatalog.Group, path, scope, IsList: true);
        string? group = null;
        var next = 2;
        if (parts.Length > 3 && Is(parts[2], "resourceGroups"))
        {
            group = parts[3];
            var id = $"{scope}/resourceGroups/{group}";
            if (parts.Length == 4)
                return new ResourcePath(subscription, group, TypeCatalog.Group, id, scope, IsList: false);
            (scope, next) = (id, 4);
        }

        // What hangs on another resource is named after the last 'providers'.
        var providers = Array.FindLastIndex(parts, part => Is(part, "providers"));
        if (providers < next || parts.Length < providers + 3)
            return null;
        if (providers > next)
            scope = "/" + string.Join('/', parts[..providers]);
        var rest = parts[(providers + 1)..];
        var types = rest.Where((_, index) => index == 0 || index % 2 == 1);
        var type = string.Join('/', types);
        var isList = rest.Length % 2 == 0;
        var whole = $"{scope}/providers/{string.Join('/', rest)}";
        var parent = rest.Length <= 3 ? scope : $"{scope}/providers/{string.Join('/', rest[..(isList ? rest.Length - 1 : rest.Length - 2)])}";
        return new ResourcePath(subscription, group, type, whole, parent, isList);
    }

    private static bool Is(string part, string word) => part.Equals(word, StringComparison.OrdinalIgnoreCase);
}
