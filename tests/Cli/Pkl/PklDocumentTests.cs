using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Cli.CommandLine;
using Formae.Cli.Pkl;
using Formae.Cli.Tests.Support;
using Formae.Servers;

namespace Formae.Cli.Tests.Pkl;

/// <summary>What Pkl documents evaluate to, by the real program.</summary>
public sealed class PklDocumentTests
{
    [Fact]
    public async Task The_web_shop_is_the_same_document_in_Pkl_and_in_yaml()
    {
        using var run = await PklFolder.OpenAsync();
        using var yaml = new TestRun();
        var samples = Path.Combine(Repository.Root, "samples", "webshop");

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("eval", Path.Combine(samples, "webshop.pkl")));
        Assert.Equal(ExitCode.Ok, await yaml.InvokeAsync("eval", Path.Combine(samples, "webshop.yaml")));

        var document = JsonNode.Parse(run.Out)!.AsObject();
        Assert.Equal("/srv/formae-webshop", (string?)document["Properties"]!["root"]!["Default"]);
        var same = JsonNode.Parse(yaml.Out)!.AsObject();
        Assert.Equal("/srv/formae-webshop", (string?)same["Properties"]!["root"]!["Default"]);
        document.Remove("Properties");
        same.Remove("Properties");
        Assert.True(JsonNode.DeepEquals(same, document), $"{yaml.Out}\n{run.Out}");
    }

    [Fact]
    public void A_module_that_is_missing_brings_the_advice_to_write_it()
    {
        using var run = new TestRun();
        var file = run.Write("x.pkl", "amends \"schema/formae.pkl\"\n");

        var mistake = Assert.Single(PklMistake.Read($"""
            –– Pkl Error ––
            Cannot find module `file://{run.Folder}/schema/formae.pkl`.

            1 | amends "schema/formae.pkl"
                ^^^^^^^^^^^^^^^^^^^^^^^^^^
            at x (file://{file}, line 1)
            """, file).Diagnostics);

        Assert.Contains("formae schema pkl -d", mistake.Detail, StringComparison.Ordinal);
        Assert.Equal(1, mistake.Line);
    }

    [Fact]
    public async Task What_is_unset_is_left_out_and_what_is_empty_stays()
    {
        var resource = await PropertiesAsync("""new aws.Ec2Vpc { label = "b"; cidrBlock = "10.0.0.0/16"; enableDnsSupport = null; tags {} }""");

        Assert.Equal("""{"CidrBlock":"10.0.0.0/16","Tags":[]}""", resource);
    }

    [Fact]
    public async Task A_reference_names_the_resource_and_the_stack_that_it_is_in()
    {
        Assert.Equal(
            """{"CidrBlock":{"$res":true,"$label":"net","$type":"FakeAWS::EC2::VPC","$stack":"web","$property":"VpcId"}}""",
            await PropertiesAsync("""new aws.Ec2Vpc { label = "b"; cidrBlock = net.res.vpcId }"""));
        Assert.Equal(
            """{"CidrBlock":{"$res":true,"$label":"far","$type":"FakeAWS::EC2::VPC","$stack":"other","$property":"Arn"}}""",
            await PropertiesAsync("""new aws.Ec2Vpc { label = "b"; cidrBlock = new aws.Ec2VpcRef { label = "far"; stack = "other" }.arn }"""));
    }

    [Fact]
    public async Task A_reference_goes_into_lists_maps_and_json_texts()
    {
        var properties = await PropertiesAsync("""
            new aws.Ec2Instance { label = "b"; imageId = net.res.tags.at(0).at("Key"); userData = net.res.tags.at("a.b\"c"); instanceType = net.res.arn.json("a.b").opaque() }
            """);

        using var json = JsonDocument.Parse(properties);
        Assert.Equal("Tags[0].Key", json.RootElement.GetProperty("ImageId").GetProperty("$property").GetString());
        Assert.Equal("""Tags["a.b\"c"]""", json.RootElement.GetProperty("UserData").GetProperty("$property").GetString());
        Assert.Equal("""{"$res":true,"$label":"net","$type":"FakeAWS::EC2::VPC","$stack":"web","$property":"Arn","$visibility":"Opaque","$json":"a.b"}""", json.RootElement.GetProperty("InstanceType").GetRawText());
    }

    [Fact]
    public async Task A_reference_inside_of_a_text_becomes_a_template()
    {
        var properties = await PropertiesAsync("""new aws.S3Bucket { label = "b"; bucketName = "x-\(net.res.vpcId)-y" }""");

        using var json = JsonDocument.Parse(properties);
        var embedded = json.RootElement.GetProperty("BucketName");
        Assert.True(embedded.GetProperty("$embed").GetBoolean());
        Assert.True(Model.EmbeddedText.TryParse(embedded.GetProperty("$template").GetString()!, out var text));
        Assert.Equal("x-VpcId of net in web-y", text.Substitute(reference => $"{reference.GetProperty("$property")} of {reference.GetProperty("$label")} in {reference.GetProperty("$stack")}"));
    }

    [Fact]
    public async Task Secrets_and_values_that_are_written_once_are_envelopes()
    {
        Assert.Equal(
            """{"Name":{"$value":"n","$visibility":"Clear","$strategy":"SetOnce"},"SecretString":{"$value":"s","$visibility":"Opaque","$strategy":"Update"}}""",
            await PropertiesAsync("""new aws.SecretsManagerSecret { label = "b"; name = formae.setOnce("n"); secretString = formae.secret("s") }"""));
    }

    [Fact]
    public async Task Policies_stand_in_a_stack_or_by_themselves()
    {
        using var run = await PklFolder.OpenAsync();
        var file = run.Write("x.pkl", """
            amends "schema/formae.pkl"
            import "schema/formae.pkl"
            local nightly = new formae.AutoReconcile { label = "nightly"; intervalSeconds = 300 }
            stacks { new { label = "web"; policies { new formae.TimeToLive { seconds = 3600 }; nightly.res } } }
            policies { nightly }
            """);

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("eval", file));

        var document = JsonNode.Parse(run.Out)!;
        Assert.Equal("""[{"Type":"ttl","TTLSeconds":3600,"OnDependents":"abort"},{"$ref":"policy://nightly"}]""", document["Stacks"]![0]!["Policies"]!.ToJsonString());
        Assert.Equal("""[{"Type":"auto-reconcile","Label":"nightly","IntervalSeconds":300}]""", document["Policies"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""new aws.Ec2Vpc { label = "b"; cidrBlock = "c"; stack = "wbe" }""", "is in the stack 'wbe', which the document does not declare")]
    [InlineData("""new aws.Ec2Vpc { label = "b"; cidrBlock = "c"; target = "mars" }""", "is on the target 'mars', which the document does not declare")]
    [InlineData("""new aws.Ec2Vpc { label = "net"; cidrBlock = "c" }""", "Declared more than once: FakeAWS::EC2::VPC 'net' of the stack 'web'.")]
    [InlineData("""new aws.Ec2Vpc { label = " "; cidrBlock = "c" }""", "Type constraint `!isBlank` violated.")]
    [InlineData("""new aws.Ec2Vpc { label = "b" }""", "Tried to read property `cidrBlock` but its value is undefined.")]
    [InlineData("""new aws.Ec2Vpc { label = "b"; cidrBlock = 3 }""", "Expected value of type")]
    public async Task What_is_wrong_is_refused_before_it_is_sent(string resource, string expected)
    {
        using var run = await PklFolder.OpenAsync();

        Assert.Equal(ExitCode.InvalidDocument, await run.InvokeAsync("eval", Write(run, resource)));
        Assert.Contains(expected, run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stack_and_a_target_that_exist_elsewhere_need_no_declaration()
    {
        using var run = await PklFolder.OpenAsync();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("eval", Write(run, """new aws.Ec2Vpc { label = "b"; cidrBlock = "c"; stack = new formae.StackRef { label = "far" }; target = new formae.TargetRef { label = "there" } }""")));

        var resource = JsonNode.Parse(run.Out)!["Resources"]![1]!;
        Assert.Equal(("far", "there"), ((string?)resource["Stack"], (string?)resource["Target"]));
    }

    private static string Write(TestRun run, string resource) =>
        run.Write("x.pkl", $"{PklFolder.Head}local net = new aws.Ec2Vpc {{ label = \"net\"; cidrBlock = \"10.0.0.0/16\" }}\nresources {{\n  net\n  {resource}\n}}\n");

    private static async Task<string> PropertiesAsync(string resource)
    {
        using var run = await PklFolder.OpenAsync();
        var exit = await run.InvokeAsync("eval", Write(run, resource));
        Assert.True(exit == ExitCode.Ok, run.Error);
        return JsonNode.Parse(run.Out)!["Resources"]![1]!["Properties"]!.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
