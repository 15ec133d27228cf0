using Formae.Plugins.FakeAws;
using Formae.Plugins.Local;
using Formae.Protocol.Schemas;
using Formae.Sdk.Testing;
using Formae.Servers;

namespace Formae.Sdk.Tests.Schemas;

/// <summary>The modules of the samples are those that <c>formae schema pkl</c> writes. With FORMAE_GOLDEN=write they are written anew.</summary>
public sealed class PklModuleTests
{
    [Fact]
    public async Task The_sample_has_the_module_of_the_fake_cloud() => await CheckAsync("FakeAWS", FakeAwsPlugin.Define);

    [Fact]
    public async Task The_sample_has_the_module_of_this_machine() => await CheckAsync("Local", LocalPlugin.Define);

    [Fact]
    public void The_sample_has_the_module_that_all_import() => Check("formae.pkl", System.Text.Encoding.UTF8.GetString(PklModule.Base()));

    [Fact]
    public void Everything_that_a_record_can_say_has_a_form_in_Pkl()
    {
        var module = PklModule.Write("Test", "1.2.3", [TypeShape.Of("Test::A::Everything", SchemaGenerator.Generate<SchemaTests.Everything>(), JsonSchemaGenerator.Generate<SchemaTests.Everything>())]);

        Assert.Contains("/// The resource types of Test 1.2.3.", module, StringComparison.Ordinal);
        Assert.Contains("/// One of each.\nclass AEverything extends formae.Resource {", module, StringComparison.Ordinal);
        Assert.Contains("  /// What it is called. A change means a new object.\n  name: String|formae.Envelope\n", module, StringComparison.Ordinal);
        Assert.Contains("  count: Int|formae.Envelope\n", module, StringComparison.Ordinal);
        Assert.Contains("  ratio: (Number|formae.Envelope)?\n", module, StringComparison.Ordinal);
        Assert.Contains("  members: (*Listing<String|formae.Envelope>|formae.Envelope)?\n", module, StringComparison.Ordinal);
        Assert.Contains("  parts: (*Listing<*AEverythingParts|formae.Envelope>|formae.Envelope)?\n", module, StringComparison.Ordinal);
        Assert.Contains("  whole: (*AEverythingWhole|formae.Envelope)?\n", module, StringComparison.Ordinal);
        Assert.Contains("  labels: (*Mapping<String, String|formae.Envelope>|formae.Envelope)?\n", module, StringComparison.Ordinal);
        Assert.Contains("  day: (\"Sunday\"|\"Monday\"", module, StringComparison.Ordinal);
        Assert.Contains("  anything: Any\n", module, StringComparison.Ordinal);
        Assert.Contains("class AEverythingParts extends formae.Part {\n  id: String|formae.Envelope\n", module, StringComparison.Ordinal);

        // A secret can be referred to like any other output, but not written.
        Assert.Contains("  hidden fixed token: formae.Ref = $ref(\"Token\")", module, StringComparison.Ordinal);
        Assert.DoesNotContain("\n  token:", module, StringComparison.Ordinal);
    }

    private static async Task CheckAsync(string pluginNamespace, Action<PluginDefinition> define)
    {
        await using var plugin = PluginHarness.Start(pluginNamespace, define);
        Check($"{pluginNamespace}.pkl", PklModule.Write(pluginNamespace, null, plugin.Operator.Types.Select(type => TypeShape.Of(type.Name, type.Schema, type.JsonSchema)), plugin.Definition.TargetConfig is { } config ? TypeShape.Of(pluginNamespace, config.Schema, config.JsonSchema) : null));
    }

    private static void Check(string name, string text)
    {
        var file = Path.Combine(Repository.Root, "samples", "webshop", "schema", name);
        if (Environment.GetEnvironmentVariable("FORMAE_GOLDEN") == "write")
            File.WriteAllText(file, text);
        Assert.Equal(File.ReadAllText(file), text);
    }
}
