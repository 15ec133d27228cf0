using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Formae.Model;
using Formae.Plugins.AzureResources.Arm;
using Formae.Plugins.AzureResources.Mapping;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Resources;

/// <summary>A type whose record says where it is and what stands where.</summary>
internal class TypedHandler<T>(ArmConnections connections, TimeProvider time, JsonTypeInfo<T> json) : ArmHandler<T>(connections, time, json)
    where T : class
{
    private static readonly ArmTypeAttribute Rules = typeof(T).GetCustomAttribute<ArmTypeAttribute>()!;
    private static readonly IdTemplate Ids = new(Rules.Id);
    private static readonly ArmShape Shape = ArmShape.Of(typeof(T));

    public override async Task<ListResult> ListAsync(ListRequest<T> request, CancellationToken cancellationToken)
    {
        var azure = Connect(request);
        if (RefuseParents(request) is { } wrong)
            return wrong;
        var pages = new ArmPages(azure, request.PageSize);
        var page = Ids.CollectionBelow(request.Parameters, azure.SubscriptionId) is { } collection
            ? await pages.ListAsync(collection, Rules.ApiVersion, request.PageToken, cancellationToken).ConfigureAwait(false)
            : await pages.ListBelowAsync(ParentsOf(azure.SubscriptionId), CollectionOf, Rules.ApiVersion, request.PageToken, cancellationToken).ConfigureAwait(false);
        return page.Problem ?? (ListResult)new ListResult.Success([.. page.Ids.Where(id => IsBelow(id, request.Parameters)).Select(id => Ids.Normalized(id, azure.SubscriptionId)).OfType<string>()], page.Next);
    }

    protected override Problem? TryBuildId(T desired, string subscriptionId, out string id) => Ids.TryBuild(Properties(desired), subscriptionId, out id);

    protected override bool IsId(string id) => Ids.TryRead(id) is not null;

    protected override ValueTask<(string Version, Problem? Problem)> ApiVersionAsync(ArmConnection azure, string id, T? known, CancellationToken cancellationToken) => new((Rules.ApiVersion, null));

    protected override JsonObject Write(T desired, bool forPatch)
    {
        var properties = Properties(desired);
        var body = Shape.Write(properties, forPatch);
        if (Rules.IsTagged)
            Marks.WriteField(properties, body);
        return body;
    }

    protected override JsonObject Read(string id, string apiVersion, JsonObject live, JsonObject? known)
    {
        var read = Shape.Read(live, known);
        foreach (var (name, value) in Ids.TryRead(id) ?? new Dictionary<string, string>())
            read[name] = known?[name] is JsonValue said && ArmShape.IsSameText(said, JsonValue.Create(value)) ? said.DeepClone() : value;
        if (Rules.IsTagged)
            Marks.ReadField(live, read);
        return read;
    }

    protected override bool CarriesMark(T desired) => Rules.IsTagged;

    protected override bool IsPatched(T desired) => Rules.IsPatched;

    private static string ParentsOf(string subscriptionId) => $"/subscriptions/{subscriptionId}/providers/{Ids.Type[..Ids.Type.LastIndexOf('/')]}";

    private static string CollectionOf(string parentId) => parentId + Ids.Type[Ids.Type.LastIndexOf('/')..];

    private static bool IsBelow(string id, IReadOnlyDictionary<string, string> parameters) =>
        Ids.TryRead(id) is { } names && parameters.All(wanted => !names.TryGetValue(wanted.Key, out var name) || name.Equals(wanted.Value, StringComparison.OrdinalIgnoreCase));
}
