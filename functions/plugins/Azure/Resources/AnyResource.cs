using System.Text.Json;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Resources;

[ResourceType("Azure::Resources::Resource", Identifier = nameof(Id), Notice = "Azure alone knows what belongs into its Body; nothing of it is checked before it is sent.")]
[Description("A resource of any type, by its type and API version. What the document writes of its Body is kept that way; every other member is Azure's.")]
public sealed record AnyResource
{
    [CreateOnly, Description("Such as Microsoft.Network/publicIPAddresses, with the types of its parents.")]
    public required string Type { get; init; }

    [Description("The version of the type's API, such as 2024-05-01.")]
    public required string ApiVersion { get; init; }

    [CreateOnly, Description("Its name; of a type below another one, the names with slashes between, unless ParentId is there.")]
    public required string Name { get; init; }

    [CreateOnly, Description("The name of the group that holds it. Left out, and ParentId too: it is in the subscription itself.")]
    public string? ResourceGroup { get; init; }

    [CreateOnly, Description("The id of what it is below, or of what it is put on, such as a lock.")]
    public string? ParentId { get; init; }

    [CreateOnly, Description("Where it is; left out for types that are nowhere.")]
    public string? Location { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? Tags { get; init; }

    [Description("Everything else, as the reference of the type says: sku, kind, identity, properties …")]
    public IReadOnlyDictionary<string, JsonElement>? Body { get; init; }

    [ProviderDefault, Description("How it is changed: by Put (the default), as a whole, or by Patch.")]
    public UpdateWith? UpdateWith { get; init; }

    [ReadOnly]
    public string? Id { get; init; }

    [ReadOnly]
    public string? ProvisioningState { get; init; }

    [ReadOnly, Description("What Azure shows of it beside what the document has written, without what sounds like a secret.")]
    public IReadOnlyDictionary<string, JsonElement>? Outputs { get; init; }
}

/// <summary>How an object is changed.</summary>
public enum UpdateWith
{
    /// <summary>The whole object is read, changed and written.</summary>
    Put,

    /// <summary>What the document says is sent alone.</summary>
    Patch,
}
