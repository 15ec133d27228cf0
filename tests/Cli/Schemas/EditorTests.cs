using System.Text.Json;
using Formae.Cli.Tests.Support;
using Formae.Servers;

namespace Formae.Cli.Tests.Schemas;

/// <summary>What the editor VS Code makes of the schema, by its own language service.</summary>
public sealed class EditorTests
{
    [Fact]
    public async Task An_editor_offers_the_types_of_the_plugins_and_the_fields_of_each()
    {
        var (problems, completions) = await AskAsync("""{"Resources":[{"Label":"a","Type":"FakeAWS::EC2::VPC","Properties":{"CidrBlock":"c",| "EnableDnsSupport":true}},{"Label":"b","Type":|"Local::Random::Id"}],| "Stacks":[]}""");

        Assert.Empty(problems);
        Assert.Equal(["EnableDnsHostnames", "InstanceTenancy", "Tags"], completions[0]);
        Assert.Contains("\"FakeAWS::EC2::VPC\"", completions[1]);
        Assert.Equal(["Description", "Policies", "Properties", "Targets"], completions[2].Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_editor_says_what_is_wrong_and_warns_of_what_is_ignored()
    {
        var (problems, _) = await AskAsync("""{"Stakcs":[],"Resources":[{"Label":"a","Type":"FakeAWS::EC2::VPC","Properties":{"CidrBlok":"c","EnableDnsSupport":"yes","Tags":[{"Kye":"a","Value":"b"}]}}]}""");

        Assert.Contains("This key means nothing here and is ignored. Keys are case-sensitive.", problems);
        Assert.Contains("Property CidrBlok is not allowed.", problems);
        Assert.Contains("Missing property \"CidrBlock\".", problems);
        Assert.Contains("Property Kye is not allowed.", problems);
        Assert.Contains("A text may stand here only as a placeholder, such as ${property:NAME}.", problems);
    }

    private static async Task<(IReadOnlyList<string> Problems, IReadOnlyList<IReadOnlyList<string>> Completions)> AskAsync(string text)
    {
        using var run = new TestRun();
        var schema = await (await Catalog.OfBothAsync()).WriteAsync(run.Folder);
        using var answer = JsonDocument.Parse(await NodeTools.NodeAsync(Path.Combine(Repository.Root, "tests", "Cli", "Schemas", "editor.mjs"), schema, run.Write("text.json", text)));
        return (Texts(answer.RootElement.GetProperty("problems")), [.. answer.RootElement.GetProperty("completions").EnumerateArray().Select(Texts)]);
    }

    private static IReadOnlyList<string> Texts(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];
}
