using Formae.Coordination.Intake;
using Formae.Sdk.Testing;

namespace Formae.Coordination.Tests.Cluster;

/// <summary>A secret reaches the cloud and stands nowhere on the way: not in a row, a message, the durable history or an answer.</summary>
public sealed class SecretTests : IAsyncLifetime
{
    private const string Planted = "correct-horse-battery-staple-7261";

    private const string Document = $$"""
        Stacks: [{ Label: vault }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: password, Type: "FakeAWS::SecretsManager::Secret", Stack: vault, Target: eu, Properties: { Name: db, SecretString: {{Planted}} } }
          - Label: copy
            Type: "FakeAWS::SecretsManager::Secret"
            Stack: vault
            Target: eu
            Properties:
              Name: copy
              SecretString: { $res: true, $label: password, $type: "FakeAWS::SecretsManager::Secret", $stack: vault, $property: SecretString }
        """;

    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task The_cloud_gets_the_plain_text_and_nothing_else_does()
    {
        var command = await _plane.RunAsync(Document);

        ControlPlane.Succeeded(command);
        foreach (var update in command.ResourceUpdates!)
        {
            var read = await _plane.Plugin.ExecuteAsync(Requests.Read(update.ResourceType, update.NativeId!));
            Assert.Equal(Planted, _plane.Plugin.Seal.Open(read.Properties!.Value.GetProperty("SecretString")).GetString());
        }

        Assert.DoesNotContain(Planted, await _plane.StoredTextAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(Planted, System.Text.Json.JsonSerializer.Serialize(command), StringComparison.Ordinal);
        Assert.DoesNotContain(Planted, System.Text.Json.JsonSerializer.Serialize(await _plane.InventoryAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unchanged_secret_is_no_change_and_a_changed_one_is()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document));

        var same = Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Document));
        Assert.False(same.Response.Simulation.ChangesRequired);

        var command = await _plane.RunAsync(Document.Replace(Planted, "another-secret-1188", StringComparison.Ordinal));
        ControlPlane.Succeeded(command);
        Assert.Contains(command.ResourceUpdates!, update => update.ResourceLabel == "password" && update.Operation == "update");
        Assert.DoesNotContain("another-secret-1188", await _plane.StoredTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_secret_leaves_no_trace_either()
    {
        _plane.Cloud.Inject(new Formae.Plugins.FakeAws.Injection { ResourceType = "FakeAWS::SecretsManager::Secret", Code = "InvalidRequest", Count = 0 });

        var command = await _plane.RunAsync(Document);

        Assert.Equal("Failed", command.State);
        Assert.DoesNotContain(Planted, await _plane.StoredTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_in_the_document_cannot_make_a_secret_plain()
    {
        var outcome = await _plane.SubmitAsync($$$"""
            {"Stacks":[{"Label":"vault"}],"Targets":[{"Label":"eu","Namespace":"FakeAWS","Config":{"Region":"eu-1"}}],
             "Resources":[{"Label":"open","Type":"FakeAWS::SecretsManager::Secret","Stack":"vault","Target":"eu",
               "Schema":{"Identifier":"Name","Fields":["Name","SecretString"],"Hints":{}},
               "Properties":{"Name":"open","SecretString":"{{{Planted}}}"}}]}
            """);

        var refused = Assert.IsType<IntakeOutcome.Refused>(outcome);
        Assert.Contains(refused.Error.Diagnostics!, wrong => wrong is { Code: "SchemaMismatch", Path: "Resources[0].Schema.Hints.SecretString" });
        Assert.DoesNotContain(Planted, await _plane.StoredTextAsync(), StringComparison.Ordinal);
    }
}
