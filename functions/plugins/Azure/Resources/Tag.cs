using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Resources;

/// <summary>A name and a value on an object.</summary>
public sealed record Tag
{
    [Description("Up to 512 characters; of storage accounts 128.")]
    public required string Key { get; init; }

    [Description("Up to 256 characters.")]
    public required string Value { get; init; }
}
