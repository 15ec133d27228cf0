using System.Text.Json.Nodes;
using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Pkl;
using Formae.Cli.Tests.Support;

namespace Formae.Cli.Tests;

/// <summary>The parameters of a document as options of the verbs that read it.</summary>
public sealed class ParameterTests
{
    private const string Yaml = """
        Properties:
          region: { Flag: region, Type: String }
          size: { Flag: size, Type: Int, Default: 3 }
          ratio: { Flag: ratio, Type: Float, Default: 0.5 }
          spare: { Flag: spare, Type: Boolean, Default: false }
          hidden: { Type: String, Default: h }
        Stacks:
          - Label: web
        """;

    private const string Pkl = """
        properties { ["region"] {}; ["size"] { default = 3 }; ["ratio"] { default = 0.5 }; ["spare"] { default = false } }
        description { text = "\(properties["region"].value) \(properties["size"].value + 1) \(properties["ratio"].value) \(properties["spare"].value)" }

        """;

    [Theory]
    [InlineData("")]
    [InlineData("--size|5")]
    [InlineData("--prop|size=5")]
    public async Task F192_a_required_parameter_without_a_value_is_an_error_that_names_its_option(string arguments)
    {
        using var run = new TestRun();
        await using var server = (await FakeServer.StartAsync()).On("POST commands", Samples.NoChanges);

        Assert.Equal(ExitCode.Usage, await run.InvokeAsync(server, ["apply", run.Write("x.yaml", Yaml), "--mode", "patch", "--yes", .. arguments.Split('|', StringSplitOptions.RemoveEmptyEntries)]));
        Assert.Contains("'region'", run.Error, StringComparison.Ordinal);
        Assert.Contains("--region or --prop region=", run.Error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("--region|eu-1", "region=eu-1")]
    [InlineData("--region=eu-1", "region=eu-1")]
    [InlineData("--prop|region=a=b", "region=a=b")]
    [InlineData("--region|eu-1|--size|5|--spare", "region=eu-1 size=5 spare=true")]
    [InlineData("--region|eu-1|--spare|false|--ratio|1e3|--prop|hidden=x", "hidden=x ratio=1e3 region=eu-1 spare=false")]
    public async Task F192_values_are_sent_and_what_is_not_given_keeps_its_default(string arguments, string expected)
    {
        using var run = new TestRun();
        await using var server = (await FakeServer.StartAsync()).On("POST commands", Samples.NoChanges);

        var exit = await run.InvokeAsync(server, ["apply", .. arguments.Split('|'), run.Write("x.yaml", Yaml), "--mode", "patch", "--yes"]);

        Assert.True(exit == ExitCode.Ok, run.Error);
        var fields = Assert.Single(server.Requests).Form.Where(field => field.Key.StartsWith("prop:", StringComparison.Ordinal)).Select(field => $"{field.Key["prop:".Length..]}={field.Value}");
        Assert.Equal(expected, string.Join(' ', fields.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("--size|five", "--size: 'five' is no whole number.")]
    [InlineData("--size|2.5", "--size: '2.5' is no whole number.")]
    [InlineData("--ratio|much", "--ratio: 'much' is no number.")]
    [InlineData("--prop|spare=maybe", "'maybe' is neither true nor false.")]
    [InlineData("--prop|regoin=x", "Did you mean 'region'?")]
    [InlineData("--prop|region", "NAME=VALUE")]
    [InlineData("--prop|region=a", "given twice")]
    public async Task F192_a_value_of_another_type_is_an_error(string arguments, string expected)
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.Usage, await run.InvokeAsync(["destroy", run.Write("x.yaml", Yaml), "--region", "eu-1", .. arguments.Split('|')]));
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F192_a_json_document_has_options_too()
    {
        using var run = new TestRun();
        await using var server = (await FakeServer.StartAsync()).On("POST commands", Samples.NoChanges);
        var file = run.Write("x.json", """{"Stacks":[{"Label":"web"}],"Properties":{"region":{"Flag":"region"}}}""");

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "destroy", file, "--region", "eu-1", "--yes"));
        Assert.Equal("eu-1", Assert.Single(server.Requests).Form["prop:region"]);
    }

    [Fact]
    public async Task F192_eval_shows_the_document_with_the_values_in_their_places()
    {
        using var run = new TestRun();
        var file = run.Write("x.yaml", Yaml + "\nTargets:\n  - { Label: t, Namespace: FakeAWS, Config: { Region: '${property:region}', Size: '${property:size}' } }\n");

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("eval", file, "--region", "eu-1"));
        Assert.Equal("""{"Region":"eu-1","Size":3}""", JsonNode.Parse(run.Out)!["Targets"]![0]!["Config"]!.ToJsonString());
    }

    [Fact]
    public async Task What_eval_prints_is_a_document_again_with_its_references_and_secrets_as_they_are_written()
    {
        const string Properties = """
            { Alone: '${resource:net.Id}', Mixed: 'a-${property:region}-${dependency:web.net.Id}', Login: 'u=${property:region};p=${secret:db}', Shell: '$${property:region} ${HOME}', Odd: '${property:odd}' }
            """;
        using var run = new TestRun();
        var file = run.Write("x.yaml", Yaml.Replace("Stacks:", "  odd: { Default: '${secret:db}' }\nStacks:", StringComparison.Ordinal)
            + $"\nResources:\n  - {{ Label: r, Type: A::B::C, Target: t, Properties: {Properties.Trim()} }}\n");

        Assert.True(await run.InvokeAsync("eval", file, "--region", "eu-1") == ExitCode.Ok, run.Error);
        var first = run.Out;
        Assert.Equal(
            """{"Alone":"${resource:net.Id}","Mixed":"a-eu-1-${dependency:web.net.Id}","Login":"u=eu-1;p=${secret:db}","Shell":"$${property:region} ${HOME}","Odd":"$${secret:db}"}""",
            JsonNode.Parse(first)!["Resources"]![0]!["Properties"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

        using var again = new TestRun();
        Assert.True(await again.InvokeAsync("eval", again.Write("x.json", first)) == ExitCode.Ok, again.Error);
        Assert.Equal(first, again.Out);
    }

    [Fact]
    public async Task F192_help_lists_the_parameters_of_the_document_that_is_named()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("apply", run.Write("x.yaml", Yaml), "--help"));
        Assert.Contains("--region <TEXT>", run.Out, StringComparison.Ordinal);
        Assert.Contains("The document's parameter 'region'. Required.", run.Out, StringComparison.Ordinal);
        Assert.Contains("The document's parameter 'size'. Default: 3.", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("--hidden", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F192_a_flag_that_the_verb_has_itself_is_given_by_its_name_only()
    {
        using var run = new TestRun();
        await using var server = (await FakeServer.StartAsync()).On("POST commands", Samples.NoChanges);
        var file = run.Write("x.yaml", "Properties:\n  mode: { Flag: mode, Default: a }\n  server: { Flag: server, Default: a }\nStacks:\n  - Label: web\n");

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "apply", file, "--mode", "patch", "--prop", "mode=b", "--yes"));
        Assert.Equal(("patch", "b"), (Assert.Single(server.Requests).Form["mode"], server.Requests[0].Form["prop:mode"]));
    }

    [Theory]
    [InlineData("--region|eu-1", "eu-1 4 0.5 false")]
    [InlineData("--region|eu-1|--size|5|--ratio|2.5|--spare", "eu-1 6 2.5 true")]
    [InlineData("--prop|region=eu-1|--prop|size=5", "eu-1 6 0.5 false")]
    public async Task F192_the_parameters_of_a_Pkl_document_are_options(string arguments, string expected)
    {
        using var run = await PklFolder.OpenAsync();

        var exit = await run.InvokeAsync(["eval", run.Write("x.pkl", PklFolder.Head + Pkl), .. arguments.Split('|')]);

        Assert.True(exit == ExitCode.Ok, run.Error);
        Assert.Equal(expected, (string?)JsonNode.Parse(run.Out)!["Description"]!["Text"]);
    }

    [Fact]
    public async Task F192_a_required_parameter_of_a_Pkl_document_is_asked_for()
    {
        using var run = await PklFolder.OpenAsync();
        var file = run.Write("x.pkl", PklFolder.Head + Pkl);

        Assert.Equal(ExitCode.Usage, await run.InvokeAsync("eval", file));
        Assert.Contains("--region or --prop region=", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await run.InvokeAsync("eval", file, "--region", "eu-1", "--size", "x"));
        Assert.Contains("'x' is no whole number", run.Error, StringComparison.Ordinal);
    }
}
