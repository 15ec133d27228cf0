using System.Collections.Concurrent;
using System.Text.Json;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.Cli.Tests.Support;

/// <summary>A server on a free port that answers what the test says and remembers what it was asked.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Asked> _asked = new();
    private readonly ConcurrentDictionary<string, Func<Asked, IResult>> _answers = new(StringComparer.Ordinal);

    private FakeServer(WebApplication app)
    {
        _app = app;
        app.Run(AnswerAsync);
    }

    public string Address => _app.Urls.First();

    public IReadOnlyList<Asked> Requests => [.. _asked];

    public static async Task<FakeServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new FakeServer(builder.Build());
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <param name="route">Method and path below <c>/api/v1</c>, such as <c>GET stats</c>.</param>
    public FakeServer On(string route, Func<Asked, IResult> answer)
    {
        _answers[route] = answer;
        return this;
    }

    public FakeServer On(string route, string json, int status = 200) => On(route, _ => Json(json, status));

    /// <summary>Answers that follow one another; the last one stays.</summary>
    public FakeServer OnInTurn(string route, params string[] json)
    {
        var turn = -1;
        return On(route, _ => Json(json[Math.Min(Interlocked.Increment(ref turn), json.Length - 1)], 200));
    }

    public FakeServer Refuses(string route, int status, string code, object? data = null, string? message = null) =>
        On(route, JsonSerializer.Serialize(new ErrorResponse { Error = code, Message = message, Data = data is null ? null : JsonSerializer.SerializeToElement(data) }, HttpJson.Default.ErrorResponse), status);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    public static IResult Json(string json, int status) => Results.Text(json, "application/json", statusCode: status);

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var asked = new Asked
        {
            Route = $"{request.Method} {request.Path.Value!.Replace("/api/v1/", "", StringComparison.Ordinal)}",
            Query = request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()),
            Headers = request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        };
        if (request.HasFormContentType)
        {
            var form = await request.ReadFormAsync(context.RequestAborted);
            asked = asked with { Form = form.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()) };
            if (form.Files.GetFile("file") is { } file)
            {
                using var reader = new StreamReader(file.OpenReadStream());
                asked = asked with { File = await reader.ReadToEndAsync(context.RequestAborted), FileType = file.ContentType, FileName = file.FileName };
            }
        }

        _asked.Enqueue(asked);
        var answer = _answers.TryGetValue(asked.Route, out var known) ? known(asked) : Json("""{"error":"NotFound","message":"nothing here"}""", 404);
        await answer.ExecuteAsync(context);
    }
}

internal sealed record Asked
{
    public required string Route { get; init; }

    public required IReadOnlyDictionary<string, string> Query { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public IReadOnlyDictionary<string, string> Form { get; init; } = new Dictionary<string, string>();

    public string? File { get; init; }

    public string? FileType { get; init; }

    public string? FileName { get; init; }
}
