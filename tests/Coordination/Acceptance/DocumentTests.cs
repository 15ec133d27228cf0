using System.Text;
using System.Text.Json;
using Formae.Coordination.Intake;
using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Documents;
using Formae.Protocol.Http;
using Formae.Sdk.Testing;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What a document says, from the text to the cloud and back.</summary>
public sealed class DocumentTests : IAsyncLifetime
{
    private const string Planted = "tulip-granite-4417";

    private const string Targets = "Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]\n";

    private const string Source = """
          - { Label: src, Type: "FakeAWS::S3::Bucket", Stack: base, Target: eu, Properties: { BucketName: source } }

        """;

    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(("FORMAE_SECRET_DB_PASSWORD", Planted), ("FORMAE_AUTH_CLOUD", Planted));

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F001_a_document_with_all_six_parts_comes_back_as_it_was_said()
    {
        const string document = """
            {"Description":{"Text":"demo","Confirm":true},
             "Properties":{"env":{"Default":"dev","Flag":"env"}},
             "Stacks":[{"Label":"web","Description":"front end","Policies":[{"Type":"ttl","Label":"hour","TTLSeconds":3600,"OnDependents":"abort"},{"$ref":"policy://nightly"}]}],
             "Targets":[{"Label":"eu","Namespace":"FakeAWS","Config":{"Region":"eu-1"},"ConfigSchema":{"Hints":{"Region":{"CreateOnly":true}}},"Discoverable":true}],
             "Resources":[{"Label":"vpc","Type":"FakeAWS::EC2::VPC","Stack":"web","Target":"eu","Group":"net","Properties":{"CidrBlock":"10.0.0.0/16","EnableDnsSupport":true,"EnableDnsHostnames":false,"InstanceTenancy":"default","Tags":[{"Key":"env","Value":"${property:env}"}]}}],
             "Policies":[{"Type":"auto-reconcile","Label":"nightly","IntervalSeconds":300}]}
            """;
        var outcome = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(document));
        Assert.Equal(("demo", true), (outcome.Response.Description.Text, outcome.Response.Description.Confirm));
        ControlPlane.Succeeded(await _plane.EndOfAsync(outcome.Response.CommandId));

        var said = FormaReader.Read(Encoding.UTF8.GetBytes(document)).Forma!;
        var inventory = await _plane.Get<InventoryQueries>().ResourcesAsync(Query.Everything, CancellationToken.None);
        var stack = Assert.Single(await _plane.Get<InventoryQueries>().StacksAsync(CancellationToken.None));
        Assert.Equal(("web", "front end"), (stack.Label, stack.Description));
        Assert.Equal(said.Stacks[0].Policies!.Select(policy => policy.GetRawText()), stack.Policies!.Select(policy => policy.GetRawText()));
        var target = Assert.Single(await _plane.Get<InventoryQueries>().TargetsAsync(Query.Everything, CancellationToken.None));
        Assert.Equal(("eu", "FakeAWS", """{"Region":"eu-1"}""", true), (target.Label, target.Namespace, target.Config!.Value.GetRawText(), target.Discoverable));
        Assert.True(target.ConfigSchema!.Hints["Region"].CreateOnly);
        var resource = Assert.Single(inventory.Resources);
        Assert.Equal(("vpc", "FakeAWS::EC2::VPC", "web", "eu", "net"), (resource.Label, resource.Type, resource.Stack, resource.Target, resource.Group));
        Assert.True(JsonElement.DeepEquals(said.Resources[0].Properties!.Value, resource.Properties!.Value), resource.Properties.Value.GetRawText());
        Assert.Equal(said.Policies.Select(policy => policy.GetRawText()), (await _plane.Get<PolicyStore>().ListAsync(CancellationToken.None)).Select(policy => Policies.Write(policy).GetRawText()));
        Assert.False(Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(document)).Response.Simulation.ChangesRequired);
    }

    [Fact]
    public async Task F007_a_new_resource_gets_a_KSUID_that_its_updates_do_not_change()
    {
        var before = await ApplyAsync("""  - { Label: g, Type: "FakeAWS::Generic::Resource", Stack: app, Target: eu, Properties: { Name: g, Value: a } }""");
        var after = await ApplyAsync("""  - { Label: g, Type: "FakeAWS::Generic::Resource", Stack: app, Target: eu, Properties: { Name: g, Value: b } }""");

        Assert.Equal(27, before["g"].Ksuid!.Length);
        Assert.True(Ksuid.IsValid(before["g"].Ksuid));
        Assert.Equal((before["g"].Ksuid, "b"), (after["g"].Ksuid, Text(after["g"], "Value")));
    }

    [Fact]
    public async Task F008_the_same_stack_type_and_label_is_the_same_resource_and_any_other_is_another()
    {
        var before = await ApplyAsync(Source);
        var after = await ApplyAsync(Source + """
              - { Label: src, Type: "FakeAWS::S3::Bucket", Stack: app, Target: eu, Properties: { BucketName: other } }
              - { Label: src, Type: "FakeAWS::Generic::Resource", Stack: base, Target: eu, Properties: { Name: other } }
            """, key: resource => $"{resource.Stack} {resource.Type}");

        Assert.Equal(before["src"].Ksuid, after["base FakeAWS::S3::Bucket"].Ksuid);
        Assert.Equal(3, after.Values.Select(resource => resource.Ksuid).Distinct().Count());
    }

    [Fact]
    public async Task F009_a_reference_by_name_is_stored_by_identity_and_shown_by_name_with_its_value()
    {
        var shown = await ApplyAsync(Source + """
              - { Label: user, Type: "FakeAWS::Generic::Resource", Stack: app, Target: eu, Properties: { Name: user, Value: { $res: true, $label: src, $type: "FakeAWS::S3::Bucket", $stack: base, $property: Arn } } }
            """);

        var stored = (await RowAsync("app", "user")).Properties!.Value.GetProperty("Value");
        Assert.Equal($"formae://{shown["src"].Ksuid}#/Arn", stored.GetProperty("$ref").GetString());
        Assert.Equal(
            """{"$res":true,"$label":"src","$type":"FakeAWS::S3::Bucket","$stack":"base","$property":"Arn","$value":"arn:fake:s3:::source"}""",
            shown["user"].Properties!.Value.GetProperty("Value").GetRawText());
    }

    [Fact]
    public async Task F010_all_references_that_lead_nowhere_are_named_at_once()
    {
        var refused = await RefusedAsync("""
              - { Label: a, Type: "FakeAWS::Generic::Resource", Stack: app, Target: eu, Properties: { Name: a, Value: { $res: true, $label: gone1, $type: "FakeAWS::S3::Bucket", $stack: base, $property: Arn } } }
              - { Label: b, Type: "FakeAWS::Generic::Resource", Stack: app, Target: eu, Properties: { Name: b, Value: "x ${dependency:base.gone2.Arn} ${resource:gone3.Arn}" } }
              - { Label: c, Type: "FakeAWS::Generic::Resource", Stack: app, Target: eu, Properties: { Name: c, Value: { $ref: "formae://0ujtsYcgvSTl8PAuAdqWYSMnLOv#/Arn" } } }
            """);

        Assert.Equal((400, ErrorCodes.ReferencedResourcesNotFound), (refused.Status, refused.Error.Error));
        Assert.Equal(
            ["0ujtsYcgvSTl8PAuAdqWYSMnLOv", "gone1", "gone2", "gone3"],
            refused.Error.Data!.Value.GetProperty("MissingResources").EnumerateArray().Select(missing => missing.GetProperty("Label").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal((5, "Resources[1].Properties.Value"), (refused.Error.Diagnostics!.First(diagnostic => diagnostic.Summary.Contains("gone2", StringComparison.Ordinal)).Line, refused.Error.Diagnostics![1].Path));
    }

    [Fact]
    public async Task F011_a_reference_in_the_older_form_resolves_in_a_config_and_in_properties()
    {
        await ApplyAsync(Source);

        var shown = await ApplyAsync(
            Source + """
              - { Label: far, Type: "FakeAWS::S3::Bucket", Stack: app, Target: made, Properties: { BucketName: far, Policy: { $ref: "formae://bucket.s3.fakeaws/base/src#/BucketName" } } }
            """,
            Targets.Replace("eu-1 } }]", "eu-1 } }, { Label: made, Namespace: FakeAWS, Config: { Region: { $ref: \"formae://bucket.s3.fakeaws/base/src#/BucketName\" } } }]", StringComparison.Ordinal));

        Assert.Equal("source", shown["far"].ReadOnlyProperties!.Value.GetProperty("Region").GetString());
        Assert.Equal("source", shown["far"].Properties!.Value.GetProperty("Policy").GetProperty("$value").GetString());
    }

    [Fact]
    public async Task F012_a_reference_in_text_reaches_the_plugin_as_text_and_is_stored_as_what_it_is()
    {
        const string consumer = """
              - { Label: user, Type: "FakeAWS::Generic::Resource", Stack: base, Target: eu, Properties: { Name: user, Value: "https://${resource:src.DomainName}/x", SetTags: [a] } }
            """;
        var shown = await ApplyAsync(Source + consumer);

        Assert.Equal("https://source.s3.eu-1.fake/x", await InCloudAsync(shown["user"], "Value"));
        var stored = (await RowAsync("base", "user")).Properties;
        Assert.True(stored!.Value.GetProperty("Value").GetProperty("$embed").GetBoolean());
        Assert.Equal([shown["src"].Ksuid!], ResourceStore.ProducersOf(stored));
        Assert.False(Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Document(Source + consumer))).Response.Simulation.ChangesRequired);

        // An update looks first whether the cloud still holds what is stored: the text that was made, not the template.
        var changed = await ApplyAsync(Source + consumer.Replace("[a]", "[b]", StringComparison.Ordinal));
        Assert.Equal("https://source.s3.eu-1.fake/x", await InCloudAsync(changed["user"], "Value"));
    }

    [Fact]
    public async Task F013_a_secret_in_text_is_refused_alone_and_in_a_list()
    {
        const string secret = """
              - { Label: pw, Type: "FakeAWS::SecretsManager::Secret", Stack: base, Target: eu, Properties: { Name: pw, SecretString: x } }

            """;
        foreach (var field in new[] { "Value: \"a ${resource:pw.SecretString}\"", "SetTags: [\"a ${resource:pw.SecretString}\"]" })
        {
            var refused = await RefusedAsync(secret + $$"""  - { Label: user, Type: "FakeAWS::Generic::Resource", Stack: base, Target: eu, Properties: { Name: user, {{field}} } }""");

            Assert.Equal(DiagnosticCodes.UnsupportedEmbed, Assert.Single(refused.Error.Diagnostics!).Code);
        }
    }

    [Fact]
    public async Task F015_a_part_of_a_JSON_text_arrives_and_what_is_no_single_value_is_an_error()
    {
        string Consumer(string path) => $$"""
              - { Label: doc, Type: "FakeAWS::S3::Bucket", Stack: base, Target: eu, Properties: { BucketName: doc, Policy: '{"user":{"name":"ann"},"list":[1,2],"big":"{{new string('x', 66_000)}}"}' } }
              - { Label: user, Type: "FakeAWS::Generic::Resource", Stack: base, Target: eu, Properties: { Name: user, Value: { $res: true, $label: doc, $type: "FakeAWS::S3::Bucket", $property: Policy, $json: {{path}} } } }
            """;
        var shown = await ApplyAsync(Consumer("user.name"));
        Assert.Equal("ann", await InCloudAsync(shown["user"], "Value"));

        foreach (var (path, reason) in new[] { ("list", "array"), ("big", "larger than 64 KiB"), ("user.mail", "is not there") })
        {
            var command = await _plane.RunAsync(Document(Consumer(path)));
            Assert.Equal(States.Failed, command.State);
            Assert.Contains(reason, Assert.Single(command.ResourceUpdates!).ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_short_reference_to_another_stack_finds_the_row_by_its_label()
    {
        await ApplyAsync(Source);
        const string consumer = """
            Stacks: [{ Label: app }]
            Resources:
              - { Label: user, Type: "FakeAWS::Generic::Resource", Target: eu, Properties: { Name: user, Value: "${dependency:base.src.Arn}" } }
            """;
        ControlPlane.Succeeded(await _plane.RunAsync(consumer));
        Assert.Equal("arn:fake:s3:::source", await InCloudAsync(await RowAsync("app", "user"), "Value"));

        await ApplyAsync(Source + """  - { Label: src, Type: "FakeAWS::Generic::Resource", Stack: base, Target: eu, Properties: { Name: src } }""", key: resource => resource.Ksuid!);
        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(consumer));
        Assert.Equal((DiagnosticCodes.AmbiguousReference, 3), (Assert.Single(refused.Error.Diagnostics!).Code, refused.Error.Diagnostics![0].Line));
        Assert.False(Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(consumer.Replace("base.src", "base.FakeAWS::S3::Bucket/src", StringComparison.Ordinal))).Response.Simulation.ChangesRequired);
    }

    [Fact]
    public async Task Named_secrets_and_credentials_reach_the_cloud_and_stand_nowhere()
    {
        const string document = """
            Stacks: [{ Label: base }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1, Token: "${auth:cloud}" } }]
            Resources:
              - { Label: pw, Type: "FakeAWS::SecretsManager::Secret", Stack: base, Target: eu, Properties: { Name: pw, SecretString: "user:${secret:db-password}" } }
            """;
        ControlPlane.Succeeded(await _plane.RunAsync(document));

        var read = await _plane.Plugin.ExecuteAsync(Requests.Read("FakeAWS::SecretsManager::Secret", (await RowAsync("base", "pw")).NativeId!));
        Assert.Equal($"user:{Planted}", _plane.Plugin.Seal.Open(read.Properties!.Value.GetProperty("SecretString")).GetString());
        Assert.DoesNotContain(Planted, await _plane.StoredTextAsync(), StringComparison.Ordinal);
        var again = Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(document));
        Assert.False(again.Response.Simulation.ChangesRequired);
        var unknown = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(document.Replace("db-password", "nobody", StringComparison.Ordinal)));
        Assert.Equal((DiagnosticCodes.UnknownSecret, 4), (Assert.Single(unknown.Error.Diagnostics!).Code, unknown.Error.Diagnostics![0].Line));

        // What goes needs no secrets.
        ControlPlane.Succeeded(await _plane.RunAsync(document.Replace("db-password", "nobody", StringComparison.Ordinal), CommandKind.Destroy));
    }

    [Fact]
    public async Task Parameters_and_secrets_come_as_fields_of_the_request_and_secrets_not_in_its_address()
    {
        var http = new HttpCaller(_plane);
        const string document = """
            Properties: { name: { Default: none }, size: { Type: Int } }
            Stacks: [{ Label: base, Policies: [{ Type: ttl, TTLSeconds: "${property:size}" }] }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1, Token: "${auth:theirs}" } }]
            Resources:
              - { Label: "${property:name}", Type: "FakeAWS::SecretsManager::Secret", Stack: base, Target: eu, Properties: { Name: pw, SecretString: "${secret:theirs}" } }
            """;
        (string, string)[] Fields(params (string, string)[] more) => [("command", "apply"), ("mode", "reconcile"), ("file", document), .. more];

        var missing = await http.PostAsync("/api/v1/commands", Fields());
        Assert.Equal(
            [(DiagnosticCodes.MissingParameter, 2), (DiagnosticCodes.UnknownSecret, 3), (DiagnosticCodes.UnknownSecret, 5)],
            missing.Json.GetProperty("diagnostics").EnumerateArray().Select(wrong => (wrong.GetProperty("Code").GetString()!, wrong.GetProperty("Line").GetInt32())));

        var exposed = await http.PostAsync("/api/v1/commands?secret:theirs=x", Fields());
        Assert.Equal((400, ErrorCodes.InvalidRequest), (exposed.Status, exposed.ErrorCode));

        var accepted = await http.PostAsync("/api/v1/commands?prop:size=60", Fields(("prop:name", "pw"), ("secret:theirs", Planted + "2"), ("auth:theirs", Planted + "3")));
        Assert.Equal(202, accepted.Status);
        ControlPlane.Succeeded(await _plane.EndOfAsync(accepted.Json.GetProperty("CommandId").GetString()!));
        Assert.Equal("pw", Assert.Single(await _plane.InventoryAsync()).Label);
        Assert.Equal(60, Policies.InlineOf(Assert.Single(await _plane.Get<StackStore>().ListAsync(CancellationToken.None))).Single().TtlSeconds);
        Assert.DoesNotContain(Planted, await _plane.StoredTextAsync(), StringComparison.Ordinal);
    }

    /// <summary>Declares the stacks that the resources are in.</summary>
    private static string Document(string resources, string targets = Targets) =>
        $"Stacks: [{string.Join(", ", new[] { "base", "app" }.Where(stack => resources.Contains($"Stack: {stack},", StringComparison.Ordinal)).Select(stack => $"{{ Label: {stack} }}"))}]\n{targets}Resources:\n{resources}";

    private async Task<IReadOnlyDictionary<string, Resource>> ApplyAsync(string resources, string targets = Targets, Func<Resource, string>? key = null)
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document(resources, targets)));
        return (await _plane.InventoryAsync()).ToDictionary(key ?? (resource => resource.Label));
    }

    private async Task<IntakeOutcome.Refused> RefusedAsync(string resources) => Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Document(resources)));

    private async Task<Resource> RowAsync(string stack, string label) =>
        (await _plane.Get<ResourceStore>().ReadStackAsync(stack, CancellationToken.None)).Single(resource => resource.Label == label);

    private async Task<string?> InCloudAsync(Resource resource, string property) =>
        (await _plane.Plugin.ExecuteAsync(Requests.Read(resource.Type, resource.NativeId!))).Properties!.Value.GetProperty(property).GetString();

    private static string? Text(Resource resource, string property) => resource.Properties!.Value.GetProperty(property).GetString();
}
