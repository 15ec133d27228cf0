using System.Text.Json.Nodes;

namespace Formae.ArmSimulator;

/// <summary>What there is in the simulated cloud, and what can be done with it.</summary>
public sealed partial class Cloud
{
    private readonly Dictionary<string, Stored> _objects = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Operation> _operations = new(StringComparer.Ordinal);
    private readonly Lock _access = new();

    /// <summary>What is particular about each type.</summary>
    public TypeCatalog Types { get; } = new();

    /// <summary>Elements of a page of a list.</summary>
    public int PageSize { get; set; } = 50;

    /// <summary>How often an operation says that it is in progress.</summary>
    public int Polls { get; set; } = 1;

    /// <summary>The <c>Retry-After</c> of answers of operations in progress, in seconds; null leaves it out.</summary>
    public int? RetryAfter { get; set; }

    /// <summary>Whether those who are turned away by an operation have asked about it, too: then it ends without anybody else asking.</summary>
    public bool TurnedAwayAsk { get; set; } = true;

    /// <summary>Requests that are still answered before all are throttled; null is no limit.</summary>
    public int? RequestsLeft { get; set; }

    /// <summary>The ids of what there is.</summary>
    public IReadOnlyList<string> Ids
    {
        get
        {
            lock (_access)
                return [.. _objects.Keys.Order(StringComparer.OrdinalIgnoreCase)];
        }
    }

    /// <summary>An object as it would be shown; null when there is none.</summary>
    public JsonObject? Find(string id)
    {
        lock (_access)
            return _objects.TryGetValue(id, out var found) ? Show(found) : null;
    }

    /// <summary>Somebody changes an object behind everybody's back, at once: a JSON merge patch.</summary>
    public void Change(string id, string patch)
    {
        lock (_access)
        {
            var found = _objects[id];
            Stored.Merge(found.Body, JsonNode.Parse(patch)!.AsObject());
            found.Version++;
        }
    }

    /// <summary>Somebody deletes an object behind everybody's back, at once.</summary>
    public void Remove(string id)
    {
        lock (_access)
            RemoveTree(id);
    }

    /// <summary>Operations are forgotten, as the service does after a while: whoever asks is told 404. What they were about is done.</summary>
    public void ForgetOperations()
    {
        lock (_access)
        {
            foreach (var operation in _operations.Values.Where(operation => !operation.IsDone).ToList())
                Finish(operation);
            _operations.Clear();
        }
    }

    private Answer Begin(Stored stored, AsyncStyle style, bool isDelete, string state, int status, Links links, Fault? fault)
    {
        var operation = new Operation($"op-{_operations.Count + 1}", stored.Path.Id, isDelete, style, Polls, fault);
        _operations.Add(operation.Id, operation);
        if (style == AsyncStyle.None)
        {
            Finish(operation);
            return isDelete ? new Answer(status) : new Answer(status, Show(stored)) { Headers = ETagOf(stored) };
        }

        stored.State = state;
        stored.Pending = operation;
        if (isDelete || style == AsyncStyle.Location)
            return Accepted(operation, links);
        var headers = Later();
        if (style == AsyncStyle.AsyncOperation)
            headers["Azure-AsyncOperation"] = links.Operation(operation.Id);
        foreach (var (name, value) in ETagOf(stored))
            headers[name] = value;
        return new Answer(status, Show(stored)) { Headers = headers };
    }

    private Answer Accepted(Operation operation, Links links)
    {
        var headers = Later();
        if (operation.Style == AsyncStyle.AsyncOperation)
            headers["Azure-AsyncOperation"] = links.Operation(operation.Id);
        if (operation.Style != AsyncStyle.ProvisioningState)
            headers["Location"] = links.Result(operation.Id);
        return new Answer(202) { Headers = headers };
    }

    private void Ask(Operation operation)
    {
        if (!operation.IsDone && operation.PollsLeft-- <= 0)
            Finish(operation);
    }

    private void Finish(Operation operation)
    {
        operation.IsDone = true;
        if (!_objects.TryGetValue(operation.ResourceId, out var stored))
            return;
        stored.Pending = null;
        stored.State = operation.Status;
        if (operation is { IsDelete: true, Fault: null })
            RemoveTree(operation.ResourceId);
    }

    private void RemoveTree(string id)
    {
        foreach (var gone in _objects.Keys.Where(key => key.Equals(id, StringComparison.OrdinalIgnoreCase) || IsBelow(key, id)).ToList())
            _objects.Remove(gone);
    }

    private void PutSubnets(Stored network, JsonObject body)
    {
        var subnets = (body["properties"] as JsonObject)?["subnets"] as JsonArray ?? [];
        (body["properties"] as JsonObject)?.Remove("subnets");
        var named = subnets.OfType<JsonObject>().ToDictionary(subnet => $"{network.Path.Id}/subnets/{subnet["name"]}", StringComparer.OrdinalIgnoreCase);
        foreach (var gone in _objects.Keys.Where(key => IsBelow(key, network.Path.Id) && !named.ContainsKey(key)).ToList())
            _objects.Remove(gone);
        foreach (var (id, subnet) in named)
        {
            var whole = Types[TypeCatalog.Subnet].DefaultBody;
            Stored.Merge(whole, new JsonObject { ["properties"] = subnet["properties"]?.DeepClone() ?? new JsonObject() });
            WriteChecks.RemoveWhatIsShownOnly(whole);
            _objects[id] = new Stored(ResourcePath.TryParse(id)!, whole);
        }
    }

    private JsonObject Show(Stored stored)
    {
        var shown = stored.Show(Types[stored.Path.Type]);
        if (stored.Path.Type.Equals(TypeCatalog.Network, StringComparison.OrdinalIgnoreCase))
            shown["properties"]!["subnets"] = new JsonArray([.. _objects.Values.Where(one => one.Path.Type.Equals(TypeCatalog.Subnet, StringComparison.OrdinalIgnoreCase) && IsBelow(one.Path.Id, stored.Path.Id)).Select(Show)]);
        return shown;
    }

    private Answer? Missing(ResourcePath path)
    {
        if (path.Type != TypeCatalog.Group && path.Group is { } name)
        {
            var id = $"/subscriptions/{path.Subscription}/resourceGroups/{name}";
            if (!_objects.TryGetValue(id, out var group))
                return Answer.Error(404, "ResourceGroupNotFound", $"Resource group '{name}' could not be found.");
            if (group.State == "Deleting" && !path.IsList)
                return Answer.Error(409, "ResourceGroupBeingDeleted", $"The resource group '{name}' is in deprovisioning state and cannot perform this operation.");
        }

        return path.Parent.Contains("/providers/", StringComparison.OrdinalIgnoreCase) && !_objects.ContainsKey(path.Parent)
            ? Answer.Error(404, "ParentResourceNotFound", $"Failed to perform the operation because the parent resource '{path.Parent}' could not be found.")
            : null;
    }

    /// <summary>One operation at a time: on an object, and on a network with its subnets.</summary>
    private Answer? Busy(ResourcePath path)
    {
        var root = path.Type.Equals(TypeCatalog.Subnet, StringComparison.OrdinalIgnoreCase) ? path.Parent : path.Id;
        var busy = _objects.Values.FirstOrDefault(one =>
            one.Pending is not null && (one.Path.Id.Equals(root, StringComparison.OrdinalIgnoreCase) || path.Type != TypeCatalog.Group && IsBelow(one.Path.Id, root)));
        if (busy is null)
            return null;
        if (TurnedAwayAsk)
            Ask(busy.Pending!);
        return Answer.Error(409, "AnotherOperationInProgress", "Another operation on this or dependent resource is in progress.");
    }

    private Answer Page(IEnumerable<Stored> found, int skip, Links links)
    {
        var ordered = found.OrderBy(one => one.Path.Id, StringComparer.OrdinalIgnoreCase).ToList();
        var body = new JsonObject { ["value"] = new JsonArray([.. ordered.Skip(skip).Take(PageSize).Select(Show)]) };
        if (skip + PageSize < ordered.Count)
            body["nextLink"] = links.Next(skip + PageSize);
        return new Answer(200, body);
    }

    private Dictionary<string, string> Later() => RetryAfter is { } seconds ? new() { ["Retry-After"] = $"{seconds}" } : [];

    private Dictionary<string, string> ETagOf(Stored stored) => Types[stored.Path.Type].HasETag ? new() { ["ETag"] = stored.ETag } : [];

    private static Answer NotFound(ResourcePath path) => path.Type == TypeCatalog.Group
        ? Answer.Error(404, "ResourceGroupNotFound", $"Resource group '{path.Name}' could not be found.")
        : Answer.Error(404, "ResourceNotFound", $"The Resource '{path.Type}/{path.Name}' was not found.");

    private static bool IsBelow(string id, string parent) => id.StartsWith(parent + "/", StringComparison.OrdinalIgnoreCase);
}
