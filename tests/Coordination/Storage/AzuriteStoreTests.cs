using Formae.Coordination.Tests.Catalog;
using Formae.Coordination.Tests.Progress;
using Formae.Servers;

namespace Formae.Coordination.Tests.Storage;

/// <summary>The stores over tables of an Azurite.</summary>
public sealed class AzuriteStoreFixture : StoreFixture
{
    public const string Collection = "Stores on Azurite";

    private readonly AzuriteServer _azurite = new();

    /// <summary>Whoever asks where there is no Azurite is skipped.</summary>
    protected override string Place => _azurite.ConnectionString;

    public override async ValueTask InitializeAsync()
    {
        await _azurite.InitializeAsync();
        if ((await NpmProgram.FindAsync("azurite", TestContext.Current.CancellationToken)).Missing is null)
            await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _azurite.DisposeAsync();
    }
}

/// <summary>All stores share one Azurite, as they share one account.</summary>
[CollectionDefinition(AzuriteStoreFixture.Collection)]
public sealed class AzuriteStores : ICollectionFixture<AzuriteStoreFixture>;

[Collection(AzuriteStoreFixture.Collection)]
public sealed class ResourceStoreOnAzuriteTests(AzuriteStoreFixture fixture) : ResourceStoreTests(fixture);

[Collection(AzuriteStoreFixture.Collection)]
public sealed class LateResourceOnAzuriteTests(AzuriteStoreFixture fixture) : LateResourceTests(fixture);

[Collection(AzuriteStoreFixture.Collection)]
public sealed class LargeRowOnAzuriteTests(AzuriteStoreFixture fixture) : LargeRowTests(fixture);

[Collection(AzuriteStoreFixture.Collection)]
public sealed class StackStoreOnAzuriteTests(AzuriteStoreFixture fixture) : StackStoreTests(fixture);

[Collection(AzuriteStoreFixture.Collection)]
public sealed class TargetStoreOnAzuriteTests(AzuriteStoreFixture fixture) : TargetStoreTests(fixture);

[Collection(AzuriteStoreFixture.Collection)]
public sealed class UpdateStoreOnAzuriteTests(AzuriteStoreFixture fixture) : UpdateStoreTests(fixture);

[Collection(AzuriteStoreFixture.Collection)]
public sealed class PluginCatalogOnAzuriteTests(AzuriteStoreFixture fixture) : PluginCatalogTests(fixture);

[Collection(AzuriteStoreFixture.Collection)]
public sealed class JournalOnAzuriteTests(AzuriteStoreFixture fixture) : JournalTests(fixture);
