using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Embedded.Functions;

/// <summary>The addresses that CreateCheckStatusResponse hands out. Where keys are enforced, they ask for the master key.</summary>
internal static class DurableWebhooks
{
    private const string Instance = "/runtime/webhooks/durabletask/instances/{instanceId}";

    public static void Map(IEndpointRouteBuilder routes, AppRuntime app, FunctionKeys? keys)
    {
        Add("GET", "", (http, id) => SendStatusAsync(http, app.Client, id));
        Add("DELETE", "", async (http, id) =>
        {
            var purged = await app.Client.PurgeInstanceAsync(id, cancellation: http.RequestAborted);
            await (purged.PurgedInstanceCount == 0 ? Answer(http, StatusCodes.Status404NotFound) : SendAsync(http, StatusCodes.Status200OK, json => json.WriteNumber("instancesDeleted", purged.PurgedInstanceCount)));
        });
        Add("POST", "/raiseEvent/{eventName}", async (http, id) =>
        {
            using var payload = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            await app.Client.RaiseEventAsync(id, (string)http.Request.RouteValues["eventName"]!, payload.RootElement, http.RequestAborted);
            await Answer(http, StatusCodes.Status202Accepted);
        });
        Steer("terminate", (id, reason, cancel) => app.Client.TerminateInstanceAsync(id, reason, cancel));
        Steer("suspend", (id, reason, cancel) => app.Client.SuspendInstanceAsync(id, reason, cancel));
        Steer("resume", (id, reason, cancel) => app.Client.ResumeInstanceAsync(id, reason, cancel));

        void Steer(string verb, Func<string, string?, CancellationToken, Task> steer) => Add("POST", "/" + verb, async (http, id) =>
        {
            await steer(id, http.Request.Query["reason"], http.RequestAborted);
            await Answer(http, StatusCodes.Status202Accepted);
        });

        void Add(string method, string rest, Func<HttpContext, string, Task> serve) => routes.MapMethods(Instance + rest, [method], (RequestDelegate)(async http =>
        {
            if (keys is not null && !keys.Allows(http.Request, AuthorizationLevel.System, ""))
            {
                await Answer(http, StatusCodes.Status401Unauthorized);
                return;
            }

            try
            {
                await serve(http, (string)http.Request.RouteValues["instanceId"]!);
            }
            catch (JsonException)
            {
                await Answer(http, StatusCodes.Status400BadRequest);
            }
        }));
    }

    private static async Task SendStatusAsync(HttpContext http, DurableTaskClient client, string id)
    {
        if (await client.GetInstanceAsync(id, getInputsAndOutputs: true, http.RequestAborted) is not { } instance)
        {
            await Answer(http, StatusCodes.Status404NotFound);
            return;
        }

        await SendAsync(http, instance.IsCompleted ? StatusCodes.Status200OK : StatusCodes.Status202Accepted, json =>
        {
            json.WriteString("name", instance.Name);
            json.WriteString("instanceId", instance.InstanceId);
            json.WriteString("runtimeStatus", instance.RuntimeStatus.ToString());
            WriteRaw(json, "input", instance.SerializedInput);
            WriteRaw(json, "customStatus", instance.SerializedCustomStatus);
            WriteRaw(json, "output", instance.SerializedOutput);
            json.WriteString("createdTime", instance.CreatedAt);
            json.WriteString("lastUpdatedTime", instance.LastUpdatedAt);
        });
    }

    private static void WriteRaw(Utf8JsonWriter json, string name, string? value)
    {
        json.WritePropertyName(name);
        if (value is null)
        {
            json.WriteNullValue();
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(value);
            document.RootElement.WriteTo(json);
        }
        catch (JsonException)
        {
            // The output of a failed instance is a text, not JSON.
            json.WriteStringValue(value);
        }
    }

    private static async Task SendAsync(HttpContext http, int status, Action<Utf8JsonWriter> write)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
    }

    private static Task Answer(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
