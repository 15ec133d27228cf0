using System.Net;
using System.Security.Cryptography;
using System.Text;
using Formae.Client;
using Formae.Protocol.Http;

namespace Formae.Distributed.Tests;

/// <summary>Access is controlled in the coordinator that runs, before its functions.</summary>
public sealed class AccessTests
{
    private const string Variable = "Formae__Access__Keys__reader__0";

    [Fact]
    public async Task F186_the_coordinator_lets_in_whom_its_settings_name()
    {
        using var folder = new TempFolder();
        await using var plane = await ControlPlane.StartWithAsync(new() { [Variable] = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("readers"))) }, folder.File("data"));
        using var reader = new FormaeClient(new FormaeClientOptions { Server = plane.Address, ClientId = "tests", Key = "readers" });

        Assert.NotEmpty((await reader.GetPluginsAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(HttpStatusCode.OK, (await plane.Http.GetAsync("api/v1/openapi.json", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await plane.Http.GetAsync("api/swagger", TestContext.Current.CancellationToken)).StatusCode);
        var refused = await Assert.ThrowsAsync<FormaeApiException>(() => plane.Client.GetStatsAsync(TestContext.Current.CancellationToken));
        Assert.Equal((401, ErrorCodes.Unauthorized), (refused.Status, refused.Response.Error));
        var forbidden = await Assert.ThrowsAsync<FormaeApiException>(() => reader.SubmitAsync(new SubmitRequest { Kind = SubmitKind.Destroy, Query = "stack:none" }, TestContext.Current.CancellationToken));
        Assert.Equal((403, ErrorCodes.Forbidden), (forbidden.Status, forbidden.Response.Error));
    }
}
