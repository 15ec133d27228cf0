using System.Collections.Immutable;
using Formae.Plugins.FakeAws;
using Formae.Plugins.Local;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests;

/// <summary>A folder of the test's own, removed after it.</summary>
internal sealed class Scratch : IDisposable
{
    public string Folder { get; } = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "formae-sdk-" + Guid.NewGuid().ToString("N"))).FullName;

    public string this[string name] => Path.Combine(Folder, name);

    public PluginHarness FakeAws(TimeProvider? time = null) => PluginHarness.Start(
        "FakeAWS",
        FakeAwsPlugin.Define,
        time,
        ImmutableDictionary<string, string?>.Empty.Add("FakeAwsCloudFile", this["cloud"]));

    /// <summary>The local plugin with a target whose root is <c>root</c> in this folder.</summary>
    public PluginHarness Local()
    {
        var harness = PluginHarness.Start("Local", LocalPlugin.Define);
        harness.TargetConfig = Requests.Json(new { Root = this["root"] });
        return harness;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
