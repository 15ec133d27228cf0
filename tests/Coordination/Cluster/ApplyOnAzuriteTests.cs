using Azure.Data.Tables;
using Formae.Servers;

namespace Formae.Coordination.Tests.Cluster;

/// <summary>The same life of a forma, with every row in Azurite.</summary>
public sealed class ApplyOnAzuriteTests(AzuriteServer azurite) : ApplyTests, IClassFixture<AzuriteServer>
{
    protected override async Task<ControlPlane> StartAsync()
    {
        // The account is that of all tests of the class: each begins with nothing in it.
        var service = new TableServiceClient(azurite.ConnectionString);
        await foreach (var table in service.QueryAsync())
            await service.DeleteTableAsync(table.Name);
        return await ControlPlane.StartAsync(new Seams { Storage = azurite.ConnectionString });
    }
}
