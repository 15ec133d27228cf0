using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Plugins.AzureResources.Arm;
using Formae.Plugins.AzureResources.Mapping;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Resources;

/// <summary>A resource whose type says nothing of itself: its body is sent as it is written, and of what is shown only what was written counts.</summary>
internal sealed class AnyResourceHandler(ArmConnections connections, TimeProvider time) : ArmHandler<AnyResource>(connections, time, AzureJson.Default.AnyResource)
{
    private const string ResourcesVersion = "2024-03-01";

    private static readonly string[] OwnMembers = ["id", "name", "type", "location", "tags"];
    private static readonly string[] ShownOnly = [.. OwnMembers, "etag", "systemData"];

    // These have types of their own, and are found as such.
    private static readonly HashSet<string> KnownTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        "Microsoft.Storage/storageAccounts", "Microsoft.ServiceBus/namespaces", "Microsoft.Web/sites", "Microsoft.Network/virtualNetworks",
    };

    public override async Task<ListResult> ListAsync(ListRequest<AnyResource> request, CancellationToken cancellationToken)
    {
        var azure = Connect(request);
        if (RefuseParents(request) is { } wrong)
            return wrong;
        var scope = request.Parameters.GetValueOrDefault(nameof(AnyResource.ResourceGroup)) is { Length: > 0 } group ? $"/resourceGroups/{group}" : "";
        var page = await new ArmPages(azure, request.PageSize).ListAsync($"/subscriptions/{azure.SubscriptionId}{scope}/resources", ResourcesVersion, request.PageToken, cancellationToken).ConfigureAwait(false);
        return page.Problem ?? (ListResult)new ListResult.Success([.. page.Ids.Where(id => RefuseId(id, azure.SubscriptionId) is null && !KnownTypes.Contains(AnyResourceId.TryRead(id)!.Value.Type))], page.Next);
    }

    protected override Problem? TryBuildId(AnyResource desired, string subscriptionId, out string id) => AnyResourceId.TryBuild(desired, subscriptionId, out id);

    protected override bool IsId(string id) => AnyResourceId.TryRead(id) is { } read && !AnyResourceId.IsGroup(read.Type);

    /// <summary>Of a resource that was found, and that no document tells the version of: the newest that is no preview.</summary>
    protected override async ValueTask<(string Version, Problem? Problem)> ApiVersionAsync(ArmConnection azure, string id, AnyResource? known, CancellationToken cancellationToken)
    {
        if (known?.ApiVersion is { Length: > 0 } said)
            return (said, null);
        if (AnyResourceId.TryRead(id) is not { } read)
            return ("", Problems.InvalidRequest($"'{id}' is no resource's id."));
        var space = AnyResourceId.NamespaceOf(id);
        var answer = await azure.GetAsync($"/subscriptions/{azure.SubscriptionId}/providers/{space}", ResourcesVersion, cancellationToken).ConfigureAwait(false);
        if (answer.Problem is { } problem)
            return ("", problem);
        var type = read.Type[(space.Length + 1)..];
        var versions = answer.Body is { ValueKind: JsonValueKind.Object } body && body.TryGetProperty("resourceTypes", out var types) && types.ValueKind == JsonValueKind.Array
            ? types.EnumerateArray().Where(one => one.GetProperty("resourceType").GetString()!.Equals(type, StringComparison.OrdinalIgnoreCase)).SelectMany(one => one.GetProperty("apiVersions").EnumerateArray()).Select(one => one.GetString()!).ToList()
            : [];
        var newest = versions.Where(version => version.Length == "2024-01-01".Length).Max(StringComparer.Ordinal) ?? versions.Max(StringComparer.Ordinal);
        return newest is not null ? (newest, null) : ("", Problems.InvalidRequest($"Azure names no version of the API of {read.Type}."));
    }

    protected override Problem? Refuse(AnyResource desired) =>
        desired.Body?.Keys.FirstOrDefault(name => OwnMembers.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } own
            ? Problems.InvalidRequest($"'Body.{own}' has a field of its own beside Body.")
            : null;

    protected override JsonObject Write(AnyResource desired, bool forPatch)
    {
        var properties = Properties(desired);
        var body = (JsonObject?)properties[nameof(AnyResource.Body)]?.DeepClone() ?? [];
        if (desired.Location is { } location && !forPatch)
            body["location"] = location;
        Marks.WriteField(properties, body);
        return body;
    }

    protected override JsonObject Read(string id, string apiVersion, JsonObject live, JsonObject? known)
    {
        var read = new JsonObject { [nameof(AnyResource.ApiVersion)] = apiVersion };
        if (AnyResourceId.TryRead(id) is { } told)
        {
            read[nameof(AnyResource.Type)] = told.Type;
            read[nameof(AnyResource.Name)] = told.Name;
            read[nameof(AnyResource.ResourceGroup)] = told.ResourceGroup;
            read[nameof(AnyResource.ParentId)] = told.ParentId;
        }

        if (known is not null)
        {
            // Several ways lead to one id.
            foreach (var name in (string[])[nameof(AnyResource.Type), nameof(AnyResource.Name), nameof(AnyResource.ResourceGroup), nameof(AnyResource.ParentId), nameof(AnyResource.UpdateWith)])
                read[name] = known[name]?.DeepClone();
        }

        var location = live["location"];
        var said = known?[nameof(AnyResource.Location)];
        if (location is not null)
            read[nameof(AnyResource.Location)] = said is not null && ArmShape.IsSameText(said, location) ? said.DeepClone() : location.DeepClone();
        Marks.ReadField(live, read);
        read[nameof(AnyResource.ProvisioningState)] = live["properties"]?["provisioningState"]?.DeepClone();

        foreach (var member in ShownOnly)
            live.Remove(member);
        (live["properties"] as JsonObject)?.Remove("provisioningState");
        var written = known?[nameof(AnyResource.Body)] as JsonObject;
        if (known is null)
        {
            read[nameof(AnyResource.Body)] = OpenBody.Others(live, null);
            return read;
        }

        if (written is not null)
            read[nameof(AnyResource.Body)] = OpenBody.Written(live, written);
        if (OpenBody.Others(live, written) is { Count: > 0 } others)
            read[nameof(AnyResource.Outputs)] = others;
        return read;
    }

    /// <summary>What has a location has tags; of what has none nobody knows.</summary>
    protected override bool CarriesMark(AnyResource desired) => desired.Location is not null || desired.Tags is not null;

    protected override bool IsPatched(AnyResource desired) => desired.UpdateWith == UpdateWith.Patch;
}
