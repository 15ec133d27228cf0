using System.Net;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker;

public static class DurableTaskClientExtensions
{
    private const string Webhooks = "/runtime/webhooks/durabletask/instances/";

    public static Task<HttpResponseData> CreateCheckStatusResponseAsync(this DurableTaskClient client, HttpRequestData request, string instanceId, CancellationToken cancellation = default) =>
        client.CreateCheckStatusResponseAsync(request, instanceId, HttpStatusCode.Accepted, cancellation);

    /// <summary>Answers a request that has started an instance: where to look for its state, in the Location header and in the body.</summary>
    public static async Task<HttpResponseData> CreateCheckStatusResponseAsync(this DurableTaskClient client, HttpRequestData request, string instanceId, HttpStatusCode statusCode, CancellationToken cancellation = default)
    {
        var (response, payload) = Begin(client, request, instanceId);
        await response.WriteAsJsonAsync(payload, cancellation);
        response.StatusCode = statusCode;
        return response;
    }

    public static HttpManagementPayload CreateHttpManagementPayload(this DurableTaskClient client, string instanceId, HttpRequestData? request = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var instance = (request?.Url.GetLeftPart(UriPartial.Authority) ?? "") + Webhooks + Uri.EscapeDataString(instanceId);
        return new HttpManagementPayload
        {
            Id = instanceId,
            PurgeHistoryDeleteUri = instance,
            SendEventPostUri = instance + "/raiseEvent/{eventName}",
            StatusQueryGetUri = instance,
            TerminatePostUri = instance + "/terminate?reason={text}",
            SuspendPostUri = instance + "/suspend?reason={text}",
            ResumePostUri = instance + "/resume?reason={text}",
        };
    }

    private static (HttpResponseData Response, HttpManagementPayload Payload) Begin(DurableTaskClient client, HttpRequestData request, string instanceId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var payload = client.CreateHttpManagementPayload(instanceId, request);
        var response = request.CreateResponse();
        response.Headers.TryAddWithoutValidation("Location", payload.StatusQueryGetUri);
        response.Headers.TryAddWithoutValidation("Retry-After", "10");
        return (response, payload);
    }
}

/// <summary>Where one instance is watched and steered. The embedded host offers neither rewind nor restart.</summary>
public class HttpManagementPayload
{
    public HttpManagementPayload()
    {
    }

    public string? Id { get; internal init; }

    public string? PurgeHistoryDeleteUri { get; internal init; }

    public string? SendEventPostUri { get; internal init; }

    public string? StatusQueryGetUri { get; internal init; }

    public string? TerminatePostUri { get; internal init; }

    public string? SuspendPostUri { get; internal init; }

    public string? ResumePostUri { get; internal init; }
}
