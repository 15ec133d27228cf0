using Formae.Sdk;

namespace Formae.Plugins.Postgres.Tests;

public sealed class ManifestTests
{
    [Fact]
    public void The_manifest_names_the_app()
    {
        var manifest = PluginManifest.Load(Path.Combine(AppContext.BaseDirectory, PluginManifest.FileName));

        Assert.Equal("Postgres", manifest.Namespace);
        Assert.Equal(typeof(PostgresPlugin).Assembly.GetName().Name, manifest.Assembly);
    }
}
