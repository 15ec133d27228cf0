using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Tables;

[ResourceType("AzureStorage::Table::Table", Identifier = nameof(Name), Portable = true)]
[Description("A table, which is nothing but its name. Deleting it deletes the entities in it.")]
public sealed record StorageTable
{
    [CreateOnly, Description("3 to 63 letters and digits, a letter first; the service does not tell upper from lower case.")]
    public required string Name { get; init; }

    [ReadOnly, Description("The address of the table.")]
    public string? Url { get; init; }
}
