using System.Text.Json;
using Formae.Plugins.FakeAws;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.FakeAws;

[PluginFolder("fakeaws")]
public sealed class FakeAwsConformanceTests : PluginConformance
{
    protected override void Define(PluginDefinition plugin) => FakeAwsPlugin.Define(plugin);
}

/// <summary>The same where a create is accepted first and done later.</summary>
[PluginFolder("fakeaws")]
public sealed class FakeAwsLongConformanceTests : PluginConformance
{
    protected override JsonElement? Target => Requests.Json("""{"AsyncCreates":true,"Region":"eu-north-1"}""");

    protected override void Define(PluginDefinition plugin) => FakeAwsPlugin.Define(plugin);
}
