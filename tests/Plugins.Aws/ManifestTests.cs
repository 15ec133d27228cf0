using Formae.Sdk;

namespace Formae.Plugins.Aws.Tests;

public sealed class ManifestTests
{
    [Fact]
    public void The_manifest_names_the_app()
    {
        var manifest = PluginManifest.Load(Path.Combine(AppContext.BaseDirectory, PluginManifest.FileName));

        Assert.Equal("AWS", manifest.Namespace);
        Assert.Equal(typeof(AwsPlugin).Assembly.GetName().Name, manifest.Assembly);
    }
}
