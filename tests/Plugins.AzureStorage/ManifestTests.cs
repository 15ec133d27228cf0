using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Tests;

public sealed class ManifestTests
{
    [Fact]
    public void The_manifest_names_the_app()
    {
        var manifest = PluginManifest.Load(Path.Combine(AppContext.BaseDirectory, PluginManifest.FileName));

        Assert.Equal("AzureStorage", manifest.Namespace);
        Assert.Equal(typeof(AzureStoragePlugin).Assembly.GetName().Name, manifest.Assembly);
    }
}
