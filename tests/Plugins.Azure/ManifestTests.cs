using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Tests;

public sealed class ManifestTests
{
    [Fact]
    public void The_manifest_names_the_app()
    {
        var manifest = PluginManifest.Load(Path.Combine(AppContext.BaseDirectory, PluginManifest.FileName));

        Assert.Equal("Azure", manifest.Namespace);
        Assert.Equal(typeof(AzureResourcesPlugin).Assembly.GetName().Name, manifest.Assembly);
    }
}
