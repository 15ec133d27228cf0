using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Formae.ArmSimulator;

/// <summary>Takes requests: checks what every request needs, lets go wrong what shall, and has the rest done.</summary>
internal sealed partial class FrontDoor(Cloud cloud, Faults faults, RequestLog log)
{
    private int _requests;

    public async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var path = request.Path.Value ?? "/";
        if (path.StartsWith("/_control/", StringComparison.Ordinal))
        {
            await Control.AnswerAsync(context, path, cloud, faults, log);
            return;
        }

        using var reader = new StreamReader(request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        log.Add(new LoggedRequest(request.Method, path, request.QueryString.Value ?? "", text, $"{request.Headers.IfMatch}{request.Headers.IfNoneMatch}"));
        var fault = faults.Take(request.Method, path);
        if (fault?.Kind == FaultKind.CutBefore)
        {
            context.Abort();
            return;
        }

        var answer = fault?.Kind == FaultKind.Refuse ? Refused(fault) : Answer(request, path, text, fault is { Kind: FaultKind.FailOperation or FaultKind.CancelOperation } ? fault : null);
        if (fault?.Kind == FaultKind.CutAfter)
            context.Abort();
        else
            await WriteAsync(context.Response, answer, request);
    }

    private Answer Answer(HttpRequest request, string path, string text, Fault? fault)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("Bearer ", StringComparison.Ordinal))
            return ArmSimulator.Answer.Error(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
        if (request.Query["api-version"].ToString() is not { Length: > 0 } version)
            return ArmSimulator.Answer.Error(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.");
        if (!VersionPattern().IsMatch(version))
            return ArmSimulator.Answer.Error(400, "InvalidApiVersionParameter", $"The api-version '{version}' is invalid.");
        if (cloud.Throttles())
            return ArmSimulator.Answer.Error(429, "TooManyRequests", "The request is being throttled.") with { Headers = new() { ["Retry-After"] = "7", ["x-ms-ratelimit-remaining-subscription-reads"] = "0" } };
        var subscription = path.Split('/') is ["", "subscriptions", var id, ..] ? id : "";
        if (!subscription.Equals(Simulator.SubscriptionId, StringComparison.OrdinalIgnoreCase))
            return ArmSimulator.Answer.Error(404, "SubscriptionNotFound", $"The subscription '{subscription}' could not be found.");
        var links = new Links($"{request.Scheme}://{request.Host}", subscription, version, path);
        if (OperationPattern().Match(path) is { Success: true } asked)
            return cloud.Status(asked.Groups["id"].Value, asked.Groups["kind"].ValueSpan.EndsWith("Results", StringComparison.Ordinal), links);
        var skip = int.TryParse(request.Query["$skiptoken"], NumberStyles.None, CultureInfo.InvariantCulture, out var token) ? token : 0;
        if (request.Method == "GET" && path.EndsWith("/resources", StringComparison.OrdinalIgnoreCase))
            return cloud.ListAll(path[..^"/resources".Length], skip, links);
        if (request.Method == "GET" && ProviderPattern().Match(path) is { Success: true } provider)
            return Versions(provider.Groups["namespace"].Value);
        if (ResourcePath.TryParse(path) is not { } resource)
            return ArmSimulator.Answer.Error(404, "InvalidResourceType", $"Nothing is served at '{path}'.");
        var conditions = new Conditions(request.Headers.IfMatch, request.Headers.IfNoneMatch);
        if (request.Method is "PUT" or "PATCH")
        {
            if (Parse(text) is not { } body)
                return ArmSimulator.Answer.Error(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized.");
            return request.Method == "PUT" ? cloud.Put(resource, body, conditions, links, fault) : cloud.Patch(resource, body, conditions, links, fault);
        }

        return request.Method switch
        {
            "GET" when resource.IsList => cloud.List(resource, skip, links),
            "GET" => cloud.Get(resource),
            "DELETE" => cloud.Delete(resource, conditions, links, fault),
            _ => ArmSimulator.Answer.Error(405, "HttpMethodNotAllowed", $"{request.Method} is not served here."),
        };
    }

    private static Answer Versions(string @namespace) => new(200, new JsonObject
    {
        ["namespace"] = @namespace,
        ["resourceTypes"] = new JsonArray([.. new[] { "publicIPAddresses", "userAssignedIdentities", "serverfarms", "workspaces", "locks" }.Select(type => new JsonObject
        {
            ["resourceType"] = type,
            ["apiVersions"] = new JsonArray("2025-02-01-preview", "2024-05-01", "2023-01-31"),
        })]),
    });

    private static Answer Refused(Fault fault)
    {
        var answer = fault.Body is { } body ? new Answer(fault.Status, JsonNode.Parse(body)) : fault.Code is null ? new Answer(fault.Status) : ArmSimulator.Answer.Error(fault.Status, fault.Code, fault.Message);
        return fault.RetryAfter is { } seconds ? answer with { Headers = new() { ["Retry-After"] = $"{seconds}" } } : answer;
    }

    private async Task WriteAsync(HttpResponse response, Answer answer, HttpRequest request)
    {
        var number = Interlocked.Increment(ref _requests);
        response.StatusCode = answer.Status;
        response.Headers["x-ms-request-id"] = $"request-{number}";
        response.Headers["x-ms-correlation-request-id"] = request.Headers.TryGetValue("x-ms-correlation-request-id", out var given) ? given.ToString() : $"correlation-{number}";
        response.Headers[request.Method switch { "GET" => "x-ms-ratelimit-remaining-subscription-reads", "DELETE" => "x-ms-ratelimit-remaining-subscription-deletes", _ => "x-ms-ratelimit-remaining-subscription-writes" }] = $"{cloud.RequestsLeft ?? 11999}";
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = value;
        if (answer.Body is { } body && answer.Status is not 204)
        {
            response.ContentType = "application/json; charset=utf-8";
            await response.WriteAsync(body.ToJsonString(), request.HttpContext.RequestAborted);
        }
    }

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}(-[a-z]+)?$")]
    private static partial Regex VersionPattern();

    [GeneratedRegex("/(?<kind>operations|operationResults)/(?<id>op-[0-9]+)$")]
    private static partial Regex OperationPattern();

    [GeneratedRegex("^/subscriptions/[^/]+/providers/(?<namespace>[^/]+)$", RegexOptions.IgnoreCase)]
    private static partial Regex ProviderPattern();
}
