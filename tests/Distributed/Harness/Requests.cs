using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Formae.Protocol.Http;

namespace Formae.Distributed.Tests;

/// <summary>Requests as no well-behaved client sends them, and the answers.</summary>
internal static class Requests
{
    public const string Apply = "api/v1/commands?command=apply&mode=reconcile";

    public static Task<(int Status, ErrorResponse Error)> PostAsync(this ControlPlane plane, string text, string type = "application/json", string path = Apply, string? client = "tests") =>
        plane.PostAsync(Body(Encoding.UTF8.GetBytes(text), type), path, client);

    public static async Task<(int Status, ErrorResponse Error)> PostAsync(this ControlPlane plane, HttpContent body, string path = Apply, string? client = "tests")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        if (client is not null)
            request.Headers.Add(Headers.ClientId, client);
        using var answer = await plane.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var content = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(content.StartsWith('{'), $"{(int)answer.StatusCode}: {content}");
        return ((int)answer.StatusCode, JsonSerializer.Deserialize(content, HttpJson.Default.ErrorResponse)!);
    }

    public static ByteArrayContent Body(byte[] bytes, string type)
    {
        var body = new ByteArrayContent(bytes);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return body;
    }

    /// <summary>Everything that the control plane tells of what it has stored.</summary>
    public static async Task<string> StoredAsync(this ControlPlane plane)
    {
        var stored = new StringBuilder();
        foreach (var path in (string[])["resources", "stacks", "targets", "commands/status?scope=agent&max_results=200"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"api/v1/{path}");
            request.Headers.Add(Headers.ClientId, "tests");
            using var answer = await plane.Http.SendAsync(request, TestContext.Current.CancellationToken);
            stored.AppendLine(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        return stored.ToString();
    }
}
