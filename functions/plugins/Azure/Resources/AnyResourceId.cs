using Formae.Model;
using Formae.Plugins.AzureResources.Mapping;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Resources;

/// <summary>The id of a resource of any type: made of what the document says, and taken apart again.</summary>
internal static class AnyResourceId
{
    public static Problem? TryBuild(AnyResource resource, string subscriptionId, out string id)
    {
        id = "";
        var types = resource.Type.Split('/');
        if (types.Length < 2 || types.Any(string.IsNullOrWhiteSpace))
            return Problems.InvalidRequest("'Type' must be a namespace and types, with slashes between, such as Microsoft.Network/publicIPAddresses.");
        if (IdTemplate.RefuseParts(nameof(AnyResource.Type), resource.Type) is { } wrongType)
            return wrongType;
        if (IsGroup(resource.Type))
            return Problems.InvalidRequest("A resource group is an Azure::Resources::ResourceGroup.");
        if (resource is { ParentId: not null, ResourceGroup: not null })
            return Problems.InvalidRequest("Either 'ParentId' or 'ResourceGroup' says where it is, not both.");
        var names = resource.Name.Split('/');
        if (IdTemplate.RefuseParts(nameof(AnyResource.Name), resource.Name) is { } wrongName)
            return wrongName;
        if (resource.ParentId is { } parent)
        {
            if (IdTemplate.RefuseId(nameof(AnyResource.ParentId), parent, subscriptionId) is { } wrongParent)
                return wrongParent;
            if (names.Length == 1 && types.Length > 2 && TypeOf(parent).Equals(string.Join('/', types[..^1]), StringComparison.OrdinalIgnoreCase))
            {
                id = $"{parent}/{types[^1]}/{names[0]}";
                return null;
            }
        }
        else if (resource.ResourceGroup is { } group && IdTemplate.Refuse(nameof(AnyResource.ResourceGroup), group) is { } wrongGroup)
        {
            return wrongGroup;
        }

        if (names.Length != types.Length - 1)
            return Problems.InvalidRequest($"'{resource.Type}' needs {types.Length - 1} names in 'Name', with slashes between; or 'ParentId', and one name.");
        var scope = resource.ParentId ?? (resource.ResourceGroup is { } named ? $"/subscriptions/{subscriptionId}/resourceGroups/{named}" : $"/subscriptions/{subscriptionId}");
        id = $"{scope}/providers/{types[0]}/{string.Join('/', types[1..].Zip(names, (type, name) => $"{type}/{name}"))}";
        return null;
    }

    /// <summary>What an id that Azure has told says; null: it is no resource's.</summary>
    public static (string Type, string Name, string? ResourceGroup, string? ParentId)? TryRead(string id)
    {
        var at = id.LastIndexOf("/providers/", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return null;
        var rest = id[(at + "/providers/".Length)..].Split('/');
        if (rest.Length < 3 || rest.Length % 2 == 0)
            return null;
        var name = string.Join('/', rest.Where((_, index) => index > 0 && index % 2 == 0));
        var scope = id[..at].Trim('/').Split('/');
        return scope.Length switch
        {
            2 => (TypeOf(id), name, null, null),
            4 when scope[2].Equals("resourceGroups", StringComparison.OrdinalIgnoreCase) => (TypeOf(id), name, scope[3], null),
            _ => (TypeOf(id), name, null, id[..at]),
        };
    }

    /// <summary>A group by another name would be deleted with all that is in it.</summary>
    public static bool IsGroup(string type) =>
        type.Equals("Microsoft.Resources/resourceGroups", StringComparison.OrdinalIgnoreCase) || type.Equals("Microsoft.Resources/subscriptions/resourceGroups", StringComparison.OrdinalIgnoreCase);

    public static string NamespaceOf(string id) => TypeOf(id).Split('/')[0];

    private static string TypeOf(string id)
    {
        var at = id.LastIndexOf("/providers/", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? "" : string.Join('/', id[(at + "/providers/".Length)..].Split('/').Where((_, index) => index == 0 || index % 2 == 1));
    }
}
