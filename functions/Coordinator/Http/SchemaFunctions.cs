using Formae.Coordination.Schemas;
using Formae.Coordinator.Http.Access;
using Formae.Coordinator.Http.Description;
using Formae.Protocol.Schemas;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;

namespace Formae.Coordinator.Http;

/// <summary>What editors and Pkl need to know of documents: <c>forma.json</c>, <c>formae.pkl</c> and a Pkl module for each plugin.</summary>
public sealed class SchemaFunctions(DocumentSchemas schemas)
{
    [Function("GetSchema")]
    [Endpoint(Role.Reader, "What helps to write documents: the JSON Schema of a document, or a Pkl module.", Details = "forma.json is the JSON Schema of a whole document, with the types of all plugins. formae.pkl and NAMESPACE.pkl are Pkl modules.")]
    [Parameter("If-None-Match", ParameterPlace.Header, "The tag of the copy that the caller has.")]
    [Answer(200, "The file.", ContentType = FormaSchema.MediaType, Header = "ETag: changes when the content does")]
    [Answer(304, "The caller's copy is the same.")]
    [Answer(404, "There is no such file.")]
    public async Task<IResult> Schema([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/schemas/{name}")] HttpRequest request, string name, CancellationToken cancellation)
    {
        if (await schemas.FindAsync(name, cancellation) is not { } file)
            return Answers.NotFound($"There is no schema '{name}': there are forma.json, formae.pkl and NAMESPACE.pkl for the namespace of each plugin.");

        // Editors ask again and again; an answer with a tag becomes 304 when they have it already.
        request.HttpContext.Response.Headers.CacheControl = "no-cache";
        return Results.File(file.Content, $"{file.MediaType}; charset=utf-8", entityTag: new EntityTagHeaderValue(file.Tag));
    }
}
