using Formae.Plugins.Local;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.Local;

[PluginFolder("local")]
public sealed class LocalConformanceTests : PluginConformance, IDisposable
{
    private readonly Scratch _scratch = new();

    protected override IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string> { ["LOCAL_ROOT"] = _scratch["root"] };

    public void Dispose() => _scratch.Dispose();

    protected override void Define(PluginDefinition plugin) => LocalPlugin.Define(plugin);
}
