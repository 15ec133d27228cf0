using System.Text.Json.Nodes;

namespace Formae.ArmSimulator;

/// <summary>Why an object is not written.</summary>
internal static class WriteChecks
{
    private const int LargestPartition = 5120;

    public static Answer? OfPut(ResourcePath path, JsonObject body, Stored? existing, TypeRules rules)
    {
        if (existing is { State: "Deleting" })
            return Answer.Error(409, "ResourceGroupBeingDeleted", $"'{path.Name}' is being deleted.");
        if (rules.ShowsSizeOfAllPartitions && (bool?)body["properties"]?["enablePartitioning"] == true && (int?)body["properties"]!["maxSizeInMegabytes"] > LargestPartition)
            return Answer.Error(400, "BadRequest", $"The value of MaxSizeInMegabytes is more than {LargestPartition}.");
        if (!rules.IsTracked)
            return body.ContainsKey("tags") || body.ContainsKey("location") ? Answer.Error(400, "InvalidRequestContent", $"{path.Type} has neither a location nor tags.") : null;
        var location = (string?)body["location"];
        if (string.IsNullOrEmpty(location))
            return !rules.NeedsLocation ? null : Answer.Error(400, "LocationRequired", "The location property is required for this definition.");
        return existing is not null && !Plain(location).Equals(Plain((string?)existing.Body["location"] ?? ""), StringComparison.Ordinal)
            ? Answer.Error(409, "InvalidResourceLocation", $"The resource '{path.Name}' already exists in location '{existing.Body["location"]}'.")
            : null;
    }

    public static Answer? OfPatch(ResourcePath path, JsonObject body, Stored existing, TypeRules rules)
    {
        if (!rules.CanPatch)
            return Answer.Error(405, "HttpMethodNotAllowed", $"{path.Type} cannot be patched.");
        return existing.State == "Deleting" ? Answer.Error(409, "Conflict", $"'{path.Name}' is being deleted.")
            : rules.PatchesTagsOnly && body.Any(member => member.Key != "tags") ? Answer.Error(400, "InvalidRequestContent", "Only tags can be patched.")
            : null;
    }

    /// <summary>What a client sends back because it was shown it.</summary>
    public static void RemoveWhatIsShownOnly(JsonObject body)
    {
        foreach (var name in (string[])["id", "name", "type", "etag", "systemData"])
            body.Remove(name);
        (body["properties"] as JsonObject)?.Remove("provisioningState");
    }

    private static string Plain(string location) => location.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
}

/// <summary>On what a request is conditional.</summary>
internal sealed record Conditions(string? IfMatch, string? IfNoneMatch)
{
    public Answer? Check(string? etag) =>
        IfNoneMatch == "*" && etag is not null || IfMatch is { Length: > 0 } wanted && wanted != "*" && wanted != etag
            ? Answer.Error(412, "PreconditionFailed", "The condition of the request is not fulfilled.")
            : null;
}

/// <summary>The addresses that answers name.</summary>
internal sealed record Links(string Root, string Subscription, string ApiVersion, string Path)
{
    public string OperationPath(string id) => $"/subscriptions/{Subscription}/providers/Microsoft.Simulator/locations/westeurope/operations/{id}";

    public string Operation(string id) => $"{Root}{OperationPath(id)}?api-version={ApiVersion}";

    public string Result(string id) => $"{Root}/subscriptions/{Subscription}/providers/Microsoft.Simulator/locations/westeurope/operationResults/{id}?api-version={ApiVersion}";

    public string Next(int skip) => $"{Root}{Path}?api-version={ApiVersion}&$skiptoken={skip}";
}
