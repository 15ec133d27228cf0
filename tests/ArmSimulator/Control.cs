using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Formae.ArmSimulator;

/// <summary>What tests in another process, and people, can tell the simulator: faults, how long operations take, what it was asked.</summary>
internal static class Control
{
    public static async Task AnswerAsync(HttpContext context, string path, Cloud cloud, Faults faults, RequestLog log)
    {
        switch (context.Request.Method, path)
        {
            case ("POST", "/_control/faults"):
                if (await ReadAsync(context, ControlJson.Default.Fault) is { } fault)
                    faults.Add(fault);
                break;
            case ("DELETE", "/_control/faults"):
                faults.Clear();
                break;
            case ("POST", "/_control/operations"):
                if (await ReadAsync(context, ControlJson.Default.OperationRules) is { } rules)
                    (cloud.Polls, cloud.RetryAfter) = (rules.Polls, rules.RetryAfter);
                break;
            case ("POST", "/_control/patch"):
                if (await ReadAsync(context, ControlJson.Default.OutsideChange) is { } change)
                    cloud.Change(change.Id, change.Body.GetRawText());
                break;
            case ("GET", "/_control/requests"):
                await context.Response.WriteAsync(string.Join('\n', log.All), context.RequestAborted);
                break;
            case ("GET", "/_control/ids"):
                await context.Response.WriteAsync(string.Join('\n', cloud.Ids), context.RequestAborted);
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }

    private static ValueTask<T?> ReadAsync<T>(HttpContext context, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
}

/// <param name="Polls">How often an operation says that it is in progress.</param>
/// <param name="RetryAfter">In seconds.</param>
internal sealed record OperationRules(int Polls = 1, int? RetryAfter = null);

/// <param name="Id">What is changed.</param>
/// <param name="Body">A JSON merge patch.</param>
internal sealed record OutsideChange(string Id, JsonElement Body);

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Fault))]
[JsonSerializable(typeof(OperationRules))]
[JsonSerializable(typeof(OutsideChange))]
internal sealed partial class ControlJson : JsonSerializerContext;
