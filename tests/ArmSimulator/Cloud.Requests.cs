using System.Text.Json.Nodes;

namespace Formae.ArmSimulator;

/// <summary>What each request does.</summary>
public sealed partial class Cloud
{
    internal bool Throttles()
    {
        lock (_access)
        {
            if (RequestsLeft is not { } left)
                return false;
            RequestsLeft = Math.Max(0, left - 1);
            return left <= 0;
        }
    }

    internal Answer Get(ResourcePath path)
    {
        lock (_access)
        {
            if (Missing(path) is { } missing)
                return missing;
            if (!_objects.TryGetValue(path.Id, out var found))
                return NotFound(path);
            if (found.Pending is { } pending)
                Ask(pending);
            return _objects.ContainsKey(path.Id) ? new Answer(200, Show(found)) { Headers = ETagOf(found) } : NotFound(path);
        }
    }

    internal Answer Put(ResourcePath path, JsonObject body, Conditions conditions, Links links, Fault? fault)
    {
        lock (_access)
        {
            var rules = Types[path.Type];
            var existing = _objects.GetValueOrDefault(path.Id);
            if ((Missing(path) ?? Busy(path) ?? conditions.Check(existing?.ETag) ?? WriteChecks.OfPut(path, body, existing, rules)) is { } refusal)
                return refusal;
            var stored = existing ?? new Stored(path, []);
            var whole = rules.DefaultBody;
            Stored.Merge(whole, body);
            WriteChecks.RemoveWhatIsShownOnly(whole);
            if (path.Type.Equals(TypeCatalog.Network, StringComparison.OrdinalIgnoreCase))
                PutSubnets(stored, whole);
            stored.Body = whole;
            stored.Version += existing is null ? 0 : 1;
            _objects[path.Id] = stored;
            return Begin(stored, rules.Put, isDelete: false, existing is null ? "Creating" : "Updating", existing is null ? 201 : 200, links, fault);
        }
    }

    internal Answer Patch(ResourcePath path, JsonObject body, Conditions conditions, Links links, Fault? fault)
    {
        lock (_access)
        {
            var rules = Types[path.Type];
            if (Missing(path) is { } missing)
                return missing;
            if (!_objects.TryGetValue(path.Id, out var found))
                return NotFound(path);
            if ((Busy(path) ?? conditions.Check(found.ETag) ?? WriteChecks.OfPatch(path, body, found, rules)) is { } refusal)
                return refusal;

            // Tags are replaced, not merged, and so are lists.
            if (body["tags"] is JsonObject)
                found.Body.Remove("tags");
            Stored.Merge(found.Body, body);
            found.Version++;
            return Begin(found, rules.PatchesTagsOnly ? AsyncStyle.None : rules.Put, isDelete: false, "Updating", 200, links, fault);
        }
    }

    internal Answer Delete(ResourcePath path, Conditions conditions, Links links, Fault? fault)
    {
        lock (_access)
        {
            if (!_objects.TryGetValue(path.Id, out var found))
                return Missing(path) is { } missing && path.Type != TypeCatalog.Group ? missing : path.Type == TypeCatalog.Group ? NotFound(path) : new Answer(204);
            if (found.Pending is { IsDelete: true } deletion)
                return Accepted(deletion, links);
            if ((Busy(path) ?? conditions.Check(found.ETag)) is { } refusal)
                return refusal;
            var rules = Types[path.Type];
            return Begin(found, rules.Delete, isDelete: true, rules.ShowsDeleting ? "Deleting" : found.State, 200, links, fault);
        }
    }

    internal Answer List(ResourcePath path, int skip, Links links)
    {
        lock (_access)
        {
            if (Missing(path) is { } missing)
                return missing;
            return Page(_objects.Values.Where(found => found.Path.Type.Equals(path.Type, StringComparison.OrdinalIgnoreCase) && IsBelow(found.Path.Id, path.Parent)), skip, links);
        }
    }

    /// <summary>All resources of a subscription or a group, but for groups and what is below another resource.</summary>
    internal Answer ListAll(string scope, int skip, Links links)
    {
        lock (_access)
            return Page(_objects.Values.Where(found => found.Path.Type != TypeCatalog.Group && found.Path.Type.Count(letter => letter == '/') == 1 && IsBelow(found.Path.Id, scope)), skip, links);
    }

    internal Answer Status(string operationId, bool isResult, Links links)
    {
        lock (_access)
        {
            if (!_operations.TryGetValue(operationId, out var operation))
                return Answer.Error(404, "OperationNotFound", $"There is no operation '{operationId}'.");
            Ask(operation);
            var headers = Later();
            if (!isResult)
            {
                var body = new JsonObject { ["id"] = links.OperationPath(operationId), ["name"] = operationId, ["status"] = operation.Status };
                if (operation is { IsDone: true, Fault: { Kind: FaultKind.FailOperation } failed })
                    body["error"] = Answer.ErrorBody(failed.Code ?? "InternalServerError", failed.Message)["error"]!.DeepClone();
                return new Answer(200, body) { Headers = operation.IsDone ? [] : headers };
            }

            if (!operation.IsDone)
            {
                headers["Location"] = links.Result(operationId);
                return new Answer(202) { Headers = headers };
            }

            if (operation.Fault is { } fault)
                return Answer.Error(fault.Status == 500 ? 409 : fault.Status, fault.Code ?? "OperationFailed", fault.Message);
            return operation.IsDelete ? new Answer(204) : new Answer(200, _objects.TryGetValue(operation.ResourceId, out var made) ? Show(made) : null);
        }
    }
}
