using Azure.Data.Tables;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A native id means something within its type only.</summary>
public sealed class NativeIdTests : IAsyncLifetime
{
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F209_two_types_may_have_one_native_id()
    {
        ControlPlane.Succeeded(await _plane.RunAsync("""
            Stacks: [{ Label: web }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources:
              - { Label: secret, Type: "FakeAWS::SecretsManager::Secret", Stack: web, Target: eu, Properties: { Name: same, SecretString: x } }
              - { Label: bucket, Type: "FakeAWS::S3::Bucket", Stack: web, Target: eu, Properties: { BucketName: same } }
            """));
        var store = _plane.Get<ResourceStore>();
        var stored = await store.ReadStackAsync("web", CancellationToken.None);
        var first = stored[0];

        // As if the two clouds behind the types counted their objects alike.
        await store.PutAsync(stored[1] with { NativeId = first.NativeId }, stored[1], "update", "test", CancellationToken.None);

        var both = await store.ReadStackAsync("web", CancellationToken.None);
        Assert.Equal(2, both.Select(resource => resource.Ksuid).Distinct().Count());
        Assert.Single(both.Select(resource => resource.NativeId).Distinct());
        var lookups = new List<string>();
        await foreach (var row in _plane.Get<FormaeTables>().ByNativeId.QueryAsync<TableEntity>($"RowKey eq '{first.NativeId}'"))
            lookups.Add(row.GetString("Ksuid"));
        Assert.Equal(both.Select(resource => resource.Ksuid!).Order(), lookups.Order());
    }
}
