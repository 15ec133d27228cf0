using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Formae.Coordination.Queries;
using Formae.Coordinator.Http.Access;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordinator.Http.Description;

/// <summary>The API in the words of OpenAPI 3.1, made of the functions' attributes and the types of their bodies.</summary>
internal sealed partial class OpenApiDocument
{
    private static readonly Lazy<JsonObject> OnlyOne = new(() => new OpenApiDocument().Build());

    private readonly BodySchemas _schemas = new(XmlComments.Of(typeof(ErrorResponse).Assembly, typeof(Forma).Assembly));

    private OpenApiDocument()
    {
    }

    public static JsonObject Document => OnlyOne.Value;

    private JsonObject Build()
    {
        var paths = new JsonObject();
        foreach (var path in HttpApi.Functions.Values.GroupBy(function => function.Path).OrderBy(path => path.Key, StringComparer.Ordinal))
        {
            var operations = new JsonObject();
            foreach (var (verb, function) in path.SelectMany(function => function.Verbs.Select(verb => (verb, function))).OrderBy(pair => pair.verb, StringComparer.Ordinal))
                operations[verb] = Operation(function);
            paths[path.Key] = operations;
        }

        var responses = new JsonObject
        {
            ["Unauthorized"] = Refusal("Access is controlled, and the request has no good proof of who gives it."),
            ["Forbidden"] = Refusal("The caller's role may not do this."),
            ["Failed"] = Refusal("A mistake of ours."),
            ["Unavailable"] = Refusal("Proofs of identity cannot be checked now, or storage or bus give no answer."),
        };
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Formae.Functions",
                ["version"] = StatsQuery.Version,
                ["description"] = "An infrastructure-as-code control plane. Roles: reader looks, operator gives commands, admin looks after the control plane itself; each may do what those before it may.",
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = _schemas.Components(),
                ["responses"] = responses,
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-functions-key", ["description"] = "A function key; where roles are configured, one that has a role." },
                    ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT", ["description"] = "A token of Microsoft Entra ID, where that is configured." },
                },
            },
        };
    }

    private JsonObject Operation(HttpFunction function)
    {
        var endpoint = function.Endpoint ?? throw new InvalidOperationException($"{function.Name} has no [Endpoint].");
        var isOpen = endpoint.Role == Role.Anyone;
        var operation = new JsonObject
        {
            ["operationId"] = char.ToLowerInvariant(function.Name[0]) + function.Name[1..],
            ["summary"] = endpoint.Summary,
            ["tags"] = new JsonArray(function.Method.DeclaringType!.Name.Replace("Functions", "", StringComparison.Ordinal)),
            ["x-role"] = endpoint.Role.ToString().ToLowerInvariant(),
            ["security"] = isOpen ? new JsonArray() : new JsonArray(new JsonObject { ["key"] = new JsonArray() }, new JsonObject { ["token"] = new JsonArray() }),
        };
        if (endpoint.Details is { } details)
            operation["description"] = details;
        JsonNode[] parameters =
        [
            .. RouteParameter().Matches(function.Path).Select(match => new JsonObject { ["name"] = match.Groups[1].Value, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } }),
            .. function.Parameters.Where(parameter => parameter.Place is ParameterPlace.Query or ParameterPlace.Header).Select(Parameter),
        ];
        if (parameters.Length > 0)
            operation["parameters"] = new JsonArray(parameters);
        if (RequestBody(function, endpoint) is { } body)
            operation["requestBody"] = body;
        operation["responses"] = Responses(function, isOpen);
        return operation;
    }

    private static JsonObject Parameter(ParameterAttribute parameter)
    {
        var node = new JsonObject { ["name"] = parameter.Name, ["in"] = parameter.Place == ParameterPlace.Header ? "header" : "query", ["description"] = parameter.Description, ["schema"] = ValueSchema(parameter) };
        if (parameter.IsRequired)
            node["required"] = true;
        return node;
    }

    private static JsonObject ValueSchema(ParameterAttribute parameter)
    {
        var schema = new JsonObject { ["type"] = parameter.Type };
        if (parameter.Values is { } values)
            schema["enum"] = new JsonArray([.. values.Split('|').Select(value => JsonValue.Create(value))]);
        return schema;
    }

    private JsonObject? RequestBody(HttpFunction function, EndpointAttribute endpoint)
    {
        if (endpoint.Body is { } type)
            return new JsonObject { ["content"] = Content("application/json", _schemas.Of(type)) };
        var fields = function.Parameters.Where(parameter => parameter.Place is ParameterPlace.Form or ParameterPlace.File).ToArray();
        if (fields.Length == 0)
            return null;
        var form = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(fields.Select(field =>
            {
                var schema = field.Place == ParameterPlace.File ? new JsonObject { ["type"] = "string", ["contentMediaType"] = "application/octet-stream" } : ValueSchema(field);
                schema["description"] = field.Description;
                return KeyValuePair.Create(field.Name, (JsonNode?)schema);
            })),
        };
        if (fields.Where(field => field.IsRequired).Select(field => (JsonNode)field.Name).ToArray() is { Length: > 0 } required)
            form["required"] = new JsonArray(required);
        var content = Content("multipart/form-data", form);
        if (fields.Any(field => field.Place == ParameterPlace.File))
        {
            content["application/json"] = new JsonObject { ["schema"] = _schemas.Of(typeof(Forma)) };
            content["application/yaml"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } };
        }

        return new JsonObject { ["content"] = content };
    }

    private JsonObject Responses(HttpFunction function, bool isOpen)
    {
        var responses = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        if (!isOpen)
        {
            responses["401"] = Shared("Unauthorized");
            responses["403"] = Shared("Forbidden");
            responses["500"] = Shared("Failed");
            responses["503"] = Shared("Unavailable");
        }

        foreach (var answer in function.Answers)
            responses[answer.Status.ToString(CultureInfo.InvariantCulture)] = Response(answer);
        return new JsonObject(responses);
    }

    private JsonObject Response(AnswerAttribute answer)
    {
        if (answer.Status >= 400)
            return Refusal(answer.Description);
        var response = new JsonObject { ["description"] = answer.Description };
        if (answer.Header?.Split(':', 2) is [var name, var meaning])
            response["headers"] = new JsonObject { [name] = new JsonObject { ["description"] = meaning.Trim(), ["schema"] = new JsonObject { ["type"] = "string" } } };
        if (answer.Events.Length > 0)
            response["content"] = Content(CommandEvent.ContentType, new JsonObject { ["anyOf"] = new JsonArray([.. answer.Events.Select(_schemas.Of)]) });
        else if (answer.Body is not null)
            response["content"] = Content(answer.ContentType, _schemas.Of(answer.Body));
        else if (answer.ContentType != "application/json")
            response["content"] = Content(answer.ContentType, new JsonObject { ["type"] = "string" });
        return response;
    }

    private JsonObject Refusal(string description) => new() { ["description"] = description, ["content"] = Content("application/json", _schemas.Of(typeof(ErrorResponse))) };

    private static JsonObject Shared(string name) => new() { ["$ref"] = $"#/components/responses/{name}" };

    private static JsonObject Content(string type, JsonNode schema) => new() { [type] = new JsonObject { ["schema"] = schema } };

    [GeneratedRegex(@"\{(\w+)\??\}")]
    private static partial Regex RouteParameter();
}
