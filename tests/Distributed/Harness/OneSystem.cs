namespace Formae.Distributed.Tests;

/// <summary>The control plane of the tests that break nothing: started once for all of them.</summary>
public sealed class OneSystem : IAsyncLifetime
{
    public const string Collection = "One system";

    private readonly TempFolder _folder = new();

    internal ControlPlane Plane { get; private set; } = null!;

    internal string Folder => _folder.Path;

    public async ValueTask InitializeAsync() => Plane = await ControlPlane.StartAsync(_folder.File("data"));

    public async ValueTask DisposeAsync()
    {
        await Plane.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>Tests that share it run one after the other, beside those that have a control plane of their own: each has its own folder, and ports that the system chose.</summary>
[CollectionDefinition(OneSystem.Collection)]
public sealed class OneSystemDefinition : ICollectionFixture<OneSystem>;
