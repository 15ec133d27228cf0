using System.Text.Encodings.Web;
using System.Text.Json;
using Formae.Coordinator.Http.Access;
using Formae.Coordinator.Http.Description;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Coordinator.Http;

/// <summary>The API about itself: for programs and for people.</summary>
public sealed class DescriptionFunctions
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document as it is served.</summary>
    internal static string Text { get; } = OpenApiDocument.Document.ToJsonString(Indented);

    [Function("GetOpenApi")]
    [Endpoint(Role.Anyone, "This description, as OpenAPI 3.1.")]
    [Answer(200, "The document.")]
    public IResult OpenApi([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/openapi.json")] HttpRequest request) => Results.Text(Text, "application/json");

    [Function("GetDescriptionPage")]
    [Endpoint(Role.Anyone, "This description, as a page for people.")]
    [Answer(200, "The page.", ContentType = "text/html")]
    public IResult Page([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "swagger")] HttpRequest request)
    {
        // The page needs nothing but its own style; nothing else may be brought into it.
        request.HttpContext.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return Results.Text(DescriptionPage.Html, "text/html; charset=utf-8");
    }
}
