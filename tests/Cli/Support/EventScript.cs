using System.Text.Json;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;

namespace Formae.Cli.Tests.Support;

/// <summary>A server's stream of events, as a test writes it. It ends, or is cut, where the script does.</summary>
internal sealed class EventScript(string body, bool isCut = false, string contentType = CommandEvent.ContentType, Task? before = null, Task? between = null, string then = "") : IResult
{
    public static string Status(string state, int total = 2) =>
        $"event: status\ndata: {JsonSerializer.Serialize(new CommandProgress { CommandId = "C1", Kind = "apply", State = state, Total = total }, HttpJson.Default.CommandProgress)}\n\n";

    public static string Update(string id, string label, string state, string? error = null, int? attempt = null) =>
        $"event: update\nid: {id}\ndata: {JsonSerializer.Serialize(new UpdateChange { ResourceId = $"id-{label}", Label = label, Type = "FakeAWS::S3::Bucket", Stack = "web", Operation = "create", State = state, ErrorMessage = error, CurrentAttempt = attempt, MaxAttempts = attempt is null ? null : 10 }, HttpJson.Default.UpdateChange)}\n\n";

    public static string End(string state) =>
        $"event: end\nid: end\ndata: {JsonSerializer.Serialize(new CommandProgress { CommandId = "C1", Kind = "apply", State = state, Total = 2 }, HttpJson.Default.CommandProgress)}\n\n";

    public async Task ExecuteAsync(HttpContext http)
    {
        if (before is not null)
            await before.WaitAsync(http.RequestAborted);
        http.Response.ContentType = contentType;
        await http.Response.WriteAsync("retry: 1\n\n" + body, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        if (between is not null)
        {
            await between.WaitAsync(http.RequestAborted);
            await http.Response.WriteAsync(then, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }

        if (isCut)
            http.Abort();
    }
}
