using System.Text.Json.Nodes;
using Formae.Coordination.Tests.Cluster;
using Formae.Coordinator.Http;
using Formae.Coordinator.Http.Description;
using Formae.Protocol.Http;
using Formae.Servers;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>The API about itself.</summary>
public sealed class HttpDescriptionTests
{
    private static JsonObject Document => OpenApiDocument.Document;

    [Fact]
    public void The_description_is_the_one_in_the_documents()
    {
        var file = Path.Combine(Repository.Root, "docs", "openapi.json");
        if (Environment.GetEnvironmentVariable("UPDATE_BASELINE") == "1")
            File.WriteAllText(file, DescriptionFunctions.Text + "\n");

        Assert.True(File.ReadAllText(file).ReplaceLineEndings("\n") == DescriptionFunctions.Text.ReplaceLineEndings("\n") + "\n",
            "The API is not the one of docs/openapi.json any more. Where that is meant: UPDATE_BASELINE=1 dotnet run --project tests/Coordination -- -class '*HttpDescriptionTests'");
    }

    [Fact]
    public void Every_HTTP_function_is_described_and_nothing_else_is()
    {
        var described = Document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key} {path.Key} {operation.Value!["operationId"]}"));
        var served = HttpApi.Functions.Values.SelectMany(function => function.Verbs.Select(verb => $"{verb} {function.Path} {char.ToLowerInvariant(function.Name[0])}{function.Name[1..]}"));

        Assert.Equal(served.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_code_of_a_refusal_is_named()
    {
        var named = Document["components"]!["schemas"]!["ErrorResponse"]!["properties"]!["error"]!["enum"]!.AsArray().Select(code => code!.GetValue<string>());

        Assert.Equal(BodySchemas.CodesOf(typeof(ErrorCodes)), named);
    }

    [Fact]
    public void Everything_that_is_referred_to_is_there()
    {
        var references = Nodes(Document).OfType<JsonObject>().Select(node => node["$ref"]?.GetValue<string>()).OfType<string>().Distinct().ToList();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.NotNull(reference.Split('/').Skip(1).Aggregate((JsonNode?)Document, (node, part) => node?[part])));
        Assert.All(Document["components"]!["schemas"]!.AsObject(), schema => Assert.Contains($"#/components/schemas/{schema.Key}", references));
    }

    [Fact]
    public void Bodies_have_the_names_and_the_comments_of_their_types()
    {
        var update = Document["components"]!["schemas"]!["ResourceUpdate"]!;

        Assert.Equal("Milliseconds.", update["properties"]!["Duration"]!["description"]!.GetValue<string>());
        Assert.Equal("integer", update["properties"]!["Duration"]!["type"]!.GetValue<string>());
        Assert.Equal("#/components/schemas/ResourceUpdate", Document["components"]!["schemas"]!["Command"]!["properties"]!["ResourceUpdates"]!["items"]!["$ref"]!.GetValue<string>());
        Assert.Contains("State", update["required"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.DoesNotContain("Duration", update["required"]!.AsArray().Select(name => name!.GetValue<string>()));
    }

    [Fact]
    public async Task The_description_and_its_page_are_open_and_need_nothing_from_elsewhere()
    {
        await using var plane = await ControlPlane.StartAsync();
        var nobody = new HttpCaller(plane, ("Formae:Access:Keys:reader:0", new string('0', 64))) { Client = null };

        var document = await nobody.GetAsync("/api/v1/openapi.json");
        var page = await nobody.GetAsync("/api/swagger");

        Assert.Equal((200, 200, 401), (document.Status, page.Status, (await nobody.GetAsync("/api/v1/stats")).Status));
        Assert.Equal("3.1.0", document.Json.GetProperty("openapi").GetString());
        Assert.StartsWith("text/html", page.Headers.ContentType.ToString(), StringComparison.Ordinal);
        Assert.All(HttpApi.Functions.Values, function => Assert.Contains($"<code>{System.Net.WebUtility.HtmlEncode(function.Path)}</code>", page.Text, StringComparison.Ordinal));
        Assert.DoesNotContain("<script", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http:", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", page.Text, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonNode> Nodes(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(member => member.Value is null ? [] : Nodes(member.Value)).Prepend(node),
        JsonArray items => items.SelectMany(item => item is null ? [] : Nodes(item)).Prepend(node),
        _ => [node],
    };
}
