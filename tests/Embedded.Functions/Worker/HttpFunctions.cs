using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Logging;
using FromBodyAttribute = Microsoft.Azure.Functions.Worker.Http.FromBodyAttribute;

namespace Formae.Embedded.Functions.Tests;

public sealed record Pet(string Name, int Age);

public sealed class Answer
{
    [HttpResult]
    public IActionResult? Result { get; set; }
}

/// <summary>An app that shows each way to take a request and to answer it.</summary>
public sealed class HttpFunctions(ILogger<HttpFunctions> logger)
{
    [Function("Hello")]
    public static string Hello([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequestData request) => $"hello {request.Query["who"]}";

    [Function("Data")]
    public static async Task<HttpResponseData> DataAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data")] HttpRequestData request, FunctionContext context)
    {
        var pet = await request.ReadFromJsonAsync<Pet>(context.CancellationToken);
        var response = request.CreateResponse(HttpStatusCode.Accepted);
        response.Headers.Add("X-Function", context.FunctionDefinition.Name);
        response.Cookies.Append("seen", "yes");
        await response.WriteAsJsonAsync(pet! with { Age = pet.Age + 1 });
        return response;
    }

    [Function("Text")]
    public static async Task<HttpResponseData> TextAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "text")] HttpRequestData request)
    {
        var response = request.CreateResponse();
        await response.WriteStringAsync((await request.ReadAsStringAsync())!.ToUpperInvariant());
        return response;
    }

    [Function("Guid")]
    public static string OfGuid([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "things/{id:guid}")] HttpRequest request, Guid id) => $"guid {id}";

    [Function("Number")]
    public static string OfNumber([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "numbers/{number:int}/{page:long?}")] HttpRequest request, int number, long page = 7) => $"{number}/{page}";

    [Function("Unconstrained")]
    public static string Unconstrained([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "loose/{number}/{flag}")] HttpRequest request, int number, bool flag) => $"{number} {flag}";

    [Function("Rest")]
    public static string Rest([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "files/{*rest}")] HttpContext http, string? rest) => $"rest={rest}";

    [Function("ReadIt")]
    public static string Read([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "shared")] HttpRequest request) => "read";

    [Function("WriteIt")]
    public static string Write([HttpTrigger(AuthorizationLevel.Anonymous, "put", "post", Route = "shared")] HttpRequest request) => "write";

    [Function("Body")]
    public static IActionResult Body([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "body")] HttpRequest request, [FromBody] Pet pet) => new OkObjectResult(pet);

    [Function("Action")]
    public static IActionResult Action([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "action/{code:int}")] HttpRequest request, int code) => new ObjectResult(new Pet("Rex", code)) { StatusCode = code };

    [Function("Result")]
    public static IResult Result([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "result")] HttpRequest request) => Results.Json(new Pet("Tom", 3), statusCode: 201);

    [Function("Poco")]
    public static Pet Poco([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "poco")] HttpRequest request) => new("Kit", 1);

    [Function("Marked")]
    public static Task<Answer> MarkedAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "marked")] HttpRequest request) => Task.FromResult(new Answer { Result = new StatusCodeResult(418) });

    [Function("Nothing")]
    public static Task NothingAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "nothing")] HttpRequest request) => Task.CompletedTask;

    [Function("Stream")]
    public static async Task StreamAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "stream")] HttpContext http, CancellationToken cancellationToken)
    {
        http.Response.ContentType = "text/plain";
        await http.Response.WriteAsync("first\n", cancellationToken);
        await http.Response.Body.FlushAsync(cancellationToken);
        await http.Features.Get<Signal<int>>()!.NextAsync();
        await http.Response.WriteAsync("second\n", cancellationToken);
    }

    [Function("Broken")]
    public string Broken([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "broken")] HttpRequest request)
    {
        logger.LogDebug("About to break.");
        throw new InvalidOperationException("the secret of this house");
    }

    [Function("HalfSent")]
    public static async Task HalfSentAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "half")] HttpContext http)
    {
        await http.Response.WriteAsync("half");
        await http.Response.Body.FlushAsync();
        throw new InvalidOperationException("broken off");
    }

    [Function("Context")]
    public static ValueTask<string> ContextAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "context/{part}")] HttpRequest request, FunctionContext context) =>
        ValueTask.FromResult($"{context.FunctionId} {context.BindingContext.BindingData["part"]} {context.BindingContext.BindingData["Q"]} {context.GetHttpContext()!.Request == request} {Guid.TryParse(context.InvocationId, out _)}");

    [Function("Locked")]
    public static string Locked([HttpTrigger("get", Route = "locked")] HttpRequest request) => "open";

    [Function("Admin")]
    public static string Admin([HttpTrigger(AuthorizationLevel.Admin, "get", Route = "master")] HttpRequest request) => "open";

    [Function("Large")]
    public static async Task<string> LargeAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "large")] HttpRequestData request)
    {
        var length = 0L;
        var buffer = new byte[81920];
        for (int read; (read = await request.Body.ReadAsync(buffer)) > 0;)
            length += read;
        return $"{length}";
    }
}
