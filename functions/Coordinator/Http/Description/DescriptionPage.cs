using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Formae.Coordinator.Http.Description;

/// <summary>The description of the API as one page of HTML, without scripts and without anything from elsewhere.</summary>
internal static class DescriptionPage
{
    private const string Style = """
        body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
        h2{margin-top:2.5rem;border-bottom:1px solid #d0d7de}h3{margin:1.5rem 0 .25rem;font-size:1rem}
        code{font:0.9em ui-monospace,monospace;background:#f3f4f6;padding:.1em .3em;border-radius:.2em}
        table{border-collapse:collapse;width:100%;margin:.5rem 0}td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #eaeef2}
        .verb{text-transform:uppercase;font-weight:600}.role{float:right;color:#57606a}a{color:#0550ae}
        @media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}code{background:#21262d}td,th{border-color:#30363d}h2{border-color:#30363d}a{color:#79c0ff}.role{color:#9198a1}}
        """;

    private static readonly Lazy<string> OnlyOne = new(() => Render(OpenApiDocument.Document));

    public static string Html => OnlyOne.Value;

    private static string Render(JsonObject document)
    {
        var html = new StringBuilder();
        var info = document["info"]!;
        html.Append($"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Text(info["title"])}</title><style>{Style}</style>");
        html.Append($"<h1>{Text(info["title"])} {Text(info["version"])}</h1><p>{Text(info["description"])}</p><p><a href=\"v1/openapi.json\">openapi.json</a></p>");
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => (Path: path.Key, Verb: operation.Key, Operation: operation.Value!.AsObject())));
        foreach (var tag in operations.GroupBy(operation => operation.Operation["tags"]![0]!.GetValue<string>()).OrderBy(tag => tag.Key, StringComparer.Ordinal))
        {
            html.Append($"<h2>{Text(tag.Key)}</h2>");
            foreach (var (path, verb, operation) in tag)
                WriteOperation(html, path, verb, operation);
        }

        html.Append("<h2>Bodies</h2>");
        foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject())
            WriteSchema(html, name, schema!.AsObject());
        return html.Append("</html>").ToString();
    }

    private static void WriteOperation(StringBuilder html, string path, string verb, JsonObject operation)
    {
        html.Append($"<h3 id=\"{Text(operation["operationId"])}\"><span class=\"role\">{Text(operation["x-role"])}</span><span class=\"verb\">{Text(verb)}</span> <code>{Text(path)}</code></h3><p>{Text(operation["summary"])} {Text(operation["description"])}</p>");
        var rows = new List<(string Name, string Meaning)>();
        foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
            rows.Add(($"<code>{Text(parameter!["name"])}</code> {Text(parameter["in"])}", $"{Text(parameter["description"])} {TypeOf(parameter["schema"])}{(parameter["required"] is null ? "" : " required")}"));
        foreach (var (field, schema) in operation["requestBody"]?["content"]?["multipart/form-data"]?["schema"]?["properties"]?.AsObject() ?? [])
            rows.Add(($"<code>{Text(field)}</code> form", $"{Text(schema!["description"])} {TypeOf(schema)}"));
        foreach (var (status, response) in operation["responses"]!.AsObject())
            rows.Add((Text(status), response!["$ref"] is { } shared ? Text(shared.GetValue<string>().Split('/')[^1]) : $"{Text(response["description"])} {TypeOf(response["content"]?["application/json"]?["schema"])}{HeadersOf(response)}"));
        WriteTable(html, rows);
    }

    private static string HeadersOf(JsonNode response) =>
        string.Concat((response["headers"]?.AsObject() ?? []).Select(header => $" Header <code>{Text(header.Key)}</code>: {Text(header.Value!["description"])}."));

    private static void WriteSchema(StringBuilder html, string name, JsonObject schema)
    {
        html.Append($"<h3 id=\"{Text(name)}\">{Text(name)}</h3><p>{Text(schema["description"])}</p>");
        WriteTable(html, (schema["properties"]?.AsObject() ?? []).Select(property => ($"<code>{Text(property.Key)}</code>", $"{TypeOf(property.Value)} {Text(property.Value!["description"])}")));
    }

    private static void WriteTable(StringBuilder html, IEnumerable<(string Name, string Meaning)> rows)
    {
        html.Append("<table>");
        foreach (var (name, meaning) in rows)
            html.Append($"<tr><td>{name}<td>{meaning}");
        html.Append("</table>");
    }

    private static string TypeOf(JsonNode? schema) => schema switch
    {
        JsonObject one when one["$ref"] is { } link => $"<a href=\"#{Text(link.GetValue<string>().Split('/')[^1])}\">{Text(link.GetValue<string>().Split('/')[^1])}</a>",
        JsonObject list when list["items"] is { } items => $"list of {TypeOf(items)}",
        JsonObject map when map["additionalProperties"] is JsonObject values => $"map to {TypeOf(values)}",
        JsonObject choice when choice["enum"] is JsonArray values => string.Join(" | ", values.Select(value => $"<code>{Text(value)}</code>")),
        JsonObject plain when plain["type"] is JsonValue type => $"<code>{Text(plain["format"] ?? type)}</code>",
        _ => "",
    };

    private static string Text(JsonNode? node) => node is null ? "" : Text(node.ToString());

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
