using System.Reflection;
using System.Text.Json;
using Formae.Protocol.Samples;
using Formae.Sdk.Conformance;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Formae.Sdk.Testing;

/// <summary>
/// Tries every resource type of a plugin with the samples in its <c>conformance.json</c>: derive from it, and each sample is a test, whose failure says which phases
/// failed and why. Servers that the samples need come as fixtures of the derived class.
/// </summary>
/// <example><code>public sealed class AwsConformance(S3Server server) : PluginConformance, IClassFixture&lt;S3Server&gt;
/// {
///     protected override IReadOnlyDictionary&lt;string, string&gt; Variables => new Dictionary&lt;string, string&gt; { ["S3_ENDPOINT"] = server.Endpoint };
///
///     protected override void Define(PluginDefinition plugin) => AwsPlugin.Define(plugin);
/// }</code></example>
public abstract class PluginConformance
{
    /// <summary>What the variables of the file stand for. A variable that is not here is looked for in the environment. Default: none.</summary>
    protected virtual IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>();

    /// <summary>The app's settings. Default: none but <c>FormaePluginData</c>, a folder that goes with the test.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>();

    /// <summary>The target's config in the place of the one in the file: to try the same samples on another kind of target. Default: the file's.</summary>
    protected virtual JsonElement? Target => null;

    /// <summary>What the plugin consists of, as its program says.</summary>
    protected abstract void Define(PluginDefinition plugin);

    /// <summary>A sample goes through all phases.</summary>
    /// <param name="sample">Its name in the file.</param>
    [Theory]
    [ConformanceSamples]
    public async Task Conforms(string sample)
    {
        var file = ConformanceKit.Load(Path.Combine(FolderOf(GetType()), ConformanceFile.FileName));
        file = file with { Target = Target ?? file.Target };
        var variables = Variables;
        await using var plugin = Start();
        var options = new ConformanceOptions { Samples = [sample], Variable = name => variables.TryGetValue(name, out var value) ? value : Environment.GetEnvironmentVariable(name) };
        var report = await ConformanceKit.RunAsync(plugin, file, options, TestContext.Current.CancellationToken).ConfigureAwait(false);
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        Assert.True(report.Conforms, report.ToString());
    }

    /// <summary>No resource type is left out.</summary>
    [Fact]
    public async Task Every_type_has_a_sample()
    {
        var file = ConformanceKit.Load(Path.Combine(FolderOf(GetType()), ConformanceFile.FileName));
        await using var plugin = Start();
        Assert.Empty(plugin.Announcement.ResourceTypes.Select(type => type.Type).Except(file.Samples.Select(sample => sample.Type), StringComparer.OrdinalIgnoreCase));
    }

    internal static string FolderOf(Type test) => Path.Combine(AppContext.BaseDirectory, test.GetCustomAttribute<PluginFolderAttribute>()?.Folder ?? "");

    private PluginInProcess Start() => new(PluginManifest.Load(Path.Combine(FolderOf(GetType()), PluginManifest.FileName)), Define, Settings);
}

/// <summary>Where a test class finds the plugin's <c>plugin.json</c> and <c>conformance.json</c>. Without it: beside the test's own assembly, where a reference to the plugin's project puts them.</summary>
/// <param name="folder">Relative to the folder of the test's assembly.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PluginFolderAttribute(string folder) : Attribute
{
    /// <summary>Relative to the folder of the test's assembly.</summary>
    public string Folder { get; } = folder;
}

/// <summary>The names of the samples in the <c>conformance.json</c> of the test class.</summary>
internal sealed class ConformanceSamplesAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. ConformanceKit.Load(Path.Combine(PluginConformance.FolderOf(testMethod.ReflectedType!), ConformanceFile.FileName)).Samples.Select(sample => new TheoryDataRow<string>(sample.Name))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
