using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Plugins.AzureResources.Arm;
using Formae.Plugins.AzureResources.Mapping;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Resources;

[ResourceType("Azure::Web::FunctionApp", Identifier = nameof(Id), Parent = "Azure::Resources::ResourceGroup")]
[ParentProperty(nameof(AzureResources.Resources.ResourceGroup.Name), nameof(ResourceGroup))]
[ArmType("/resourceGroups/{ResourceGroup}/providers/Microsoft.Web/sites/{Name}", "2024-04-01", IsPatched = true)]
[Description("A function app on a Flex Consumption plan.")]
public sealed record FunctionApp
{
    [CreateOnly, Description("2 to 60 letters, digits and hyphens, like no other site in Azure.")]
    public required string Name { get; init; }

    [CreateOnly, Description("The name of the group that holds it.")]
    public required string ResourceGroup { get; init; }

    [CreateOnly, Arm("location", IsLoose = true)]
    public required string Location { get; init; }

    [CreateOnly, Arm("kind", IsLoose = true), Description("functionapp,linux.")]
    public required string Kind { get; init; }

    [CreateOnly, Arm("properties.serverFarmId", IsLoose = true), Description("The id of the plan that it runs on.")]
    public required string ServerFarmId { get; init; }

    [ProviderDefault, Arm("identity")]
    public SiteIdentity? Identity { get; init; }

    [Arm("properties.functionAppConfig.deployment.storage"), Description("Where its package is.")]
    public DeploymentStorage? Deployment { get; init; }

    [Arm("properties.functionAppConfig.runtime")]
    public FunctionRuntime? Runtime { get; init; }

    [ProviderDefault, Arm("properties.functionAppConfig.scaleAndConcurrency")]
    public FunctionScale? Scale { get; init; }

    [KeyedSet(nameof(AppSetting.Name)), WriteOnly, RequiredOnUpdate, Description("The app settings, all of them. They are not read back; left out, they stay as they are.")]
    public IReadOnlyList<AppSetting>? AppSettings { get; init; }

    [ProviderDefault, Arm("properties.httpsOnly")]
    public bool? HttpsOnly { get; init; }

    [ProviderDefault, Arm("properties.publicNetworkAccess"), Description("Enabled or Disabled.")]
    public string? PublicNetworkAccess { get; init; }

    [ProviderDefault, Arm("properties.virtualNetworkSubnetId", IsLoose = true), Description("The subnet that it calls out from.")]
    public string? SubnetId { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? Tags { get; init; }

    [ReadOnly]
    public string? Id { get; init; }

    [ReadOnly, Arm("properties.defaultHostName")]
    public string? DefaultHostName { get; init; }

    [ReadOnly, Arm("properties.state")]
    public string? State { get; init; }
}

/// <summary>A setting that an app reads.</summary>
public sealed record AppSetting
{
    public required string Name { get; init; }

    [Opaque]
    public string? Value { get; init; }
}

/// <summary>As whom an app calls others.</summary>
public sealed record SiteIdentity
{
    [Description("SystemAssigned, UserAssigned, both with a comma between, or None.")]
    public required string Type { get; init; }

    [ReadOnly]
    public string? PrincipalId { get; init; }

    [Set, ProviderDefault, Description("The ids of user-assigned identities.")]
    public IReadOnlyList<string>? UserAssignedIdentityIds { get; init; }
}

/// <summary>Where the package of an app is.</summary>
public sealed record DeploymentStorage
{
    [Description("blobContainer.")]
    public required string Type { get; init; }

    [Description("The address of the container.")]
    public required string Value { get; init; }

    public DeploymentAuthentication? Authentication { get; init; }
}

/// <summary>How the package is reached.</summary>
public sealed record DeploymentAuthentication
{
    [Description("SystemAssignedIdentity, UserAssignedIdentity or StorageAccountConnectionString.")]
    public required string Type { get; init; }

    public string? UserAssignedIdentityResourceId { get; init; }

    [Description("The app setting that holds the connection string.")]
    public string? StorageAccountConnectionStringName { get; init; }
}

/// <summary>What an app is written for.</summary>
public sealed record FunctionRuntime
{
    [Description("Such as dotnet-isolated.")]
    public required string Name { get; init; }

    [Description("Such as 10.0.")]
    public required string Version { get; init; }
}

/// <summary>How an app grows.</summary>
public sealed record FunctionScale
{
    [ProviderDefault, Arm("instanceMemoryMB"), Description("512, 2048 or 4096.")]
    public int? InstanceMemoryMB { get; init; }

    [ProviderDefault, Description("40 to 1000.")]
    public int? MaximumInstanceCount { get; init; }

    [KeyedSet(nameof(AlwaysReadyGroup.Name)), ProviderDefault]
    public IReadOnlyList<AlwaysReadyGroup>? AlwaysReady { get; init; }
}

/// <summary>Instances of a group of functions that are always there.</summary>
public sealed record AlwaysReadyGroup
{
    [Description("Such as http, or function:NAME.")]
    public required string Name { get; init; }

    public required int InstanceCount { get; init; }
}

internal sealed class FunctionAppHandler(ArmConnections connections, TimeProvider time) : TypedHandler<FunctionApp>(connections, time, AzureJson.Default.FunctionApp)
{
    private const string Ids = "userAssignedIdentityIds";
    private const string Identities = "userAssignedIdentities";

    protected override JsonObject Write(FunctionApp desired, bool forPatch)
    {
        var body = base.Write(desired, forPatch);
        if (body["identity"] is JsonObject identity && identity.Remove(Ids, out var ids) && ids is JsonArray list)
            identity[Identities] = new JsonObject(list.Select(id => KeyValuePair.Create((string)id!, (JsonNode?)new JsonObject())));

        // Where no value is known any more, none has changed.
        if (desired.AppSettings is { } settings && (settings.Count == 0 || settings.Any(setting => setting.Value is not null)))
        {
            var all = new JsonArray([.. settings.Select(setting => new JsonObject { ["name"] = setting.Name, ["value"] = setting.Value })]);
            OpenBody.Merge(body, new JsonObject { ["properties"] = new JsonObject { ["siteConfig"] = new JsonObject { ["appSettings"] = all } } });
        }

        return body;
    }

    /// <summary>Azure takes all settings or none, so one whose value nobody knows would be lost.</summary>
    protected override Problem? Refuse(FunctionApp desired) =>
        desired.AppSettings is { } settings && settings.Any(setting => setting.Value is not null) && settings.FirstOrDefault(setting => setting.Value is null) is { } unknown
            ? Problems.InvalidRequest($"'AppSettings': the value of '{unknown.Name}' is missing, and settings are written all at once. Declare it.")
            : null;

    /// <summary>Azure shows identities by their ids, in a spelling of its own.</summary>
    protected override JsonObject Read(string id, string apiVersion, JsonObject live, JsonObject? known)
    {
        if (live["identity"] is JsonObject identity && identity[Identities] is JsonObject shown)
        {
            var written = (known?[nameof(FunctionApp.Identity)]?[nameof(SiteIdentity.UserAssignedIdentityIds)] as JsonArray)?.Select(one => (string)one!).ToList() ?? [];
            identity[Ids] = new JsonArray([.. shown.Select(one => (JsonNode)(written.Find(said => said.Equals(one.Key, StringComparison.OrdinalIgnoreCase)) ?? one.Key))]);
        }

        return base.Read(id, apiVersion, live, known);
    }
}
