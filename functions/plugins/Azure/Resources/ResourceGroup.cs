using Formae.Model;
using Formae.Plugins.AzureResources.Arm;
using Formae.Plugins.AzureResources.Mapping;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Resources;

[ResourceType("Azure::Resources::ResourceGroup", Identifier = nameof(Id))]
[ArmType("/resourceGroups/{Name}", "2024-03-01", IsPatched = true)]
[Description("A group that holds resources. It is deleted only when nothing is left in it, unless the target says DeleteNonEmptyGroups.")]
public sealed record ResourceGroup
{
    [CreateOnly, Description("1 to 90 letters, digits, underscores, hyphens, points and parentheses.")]
    public required string Name { get; init; }

    [CreateOnly, Arm("location", IsLoose = true), Description("Where the group's own data is, such as westeurope.")]
    public required string Location { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? Tags { get; init; }

    [ReadOnly]
    public string? Id { get; init; }

    [ReadOnly, Arm("properties.provisioningState")]
    public string? ProvisioningState { get; init; }
}

internal sealed class ResourceGroupHandler(ArmConnections connections, TimeProvider time) : TypedHandler<ResourceGroup>(connections, time, AzureJson.Default.ResourceGroup)
{
    private const string ApiVersion = "2024-03-01";

    /// <summary>A deletion takes everything in the group along, whoever made it.</summary>
    protected override async Task<Problem?> RefuseDeleteAsync(ArmConnection azure, AzureTarget target, string id, CancellationToken cancellationToken)
    {
        if (target.DeleteNonEmptyGroups)
            return null;
        var left = await new ArmPages(azure, most: 10).ListAsync($"{id}/resources", ApiVersion, token: null, cancellationToken).ConfigureAwait(false);
        return left.Problem is { Code: not ProblemCodes.NotFound } problem ? problem
            : left.Ids.Count > 0 ? Problems.ResourceConflict($"The group still holds {string.Join(", ", left.Ids)}{(left.Next is null ? "" : " and more")}. Remove them first, or let the target say DeleteNonEmptyGroups.")
            : null;
    }
}
