using System.Collections.Immutable;
using Formae.Plugins.FakeAws;
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

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
