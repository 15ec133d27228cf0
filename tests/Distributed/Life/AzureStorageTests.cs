using System.Net.Http.Headers;
using System.Text;
using Formae.Servers;

namespace Formae.Distributed.Tests;

/// <summary>The plugin of Azure Storage as a person uses it: the sample document on the command line, against Microsoft's emulator.</summary>
[Collection(OneSystem.Collection)]
public sealed class AzureStorageTests(AzuriteServer server) : IClassFixture<AzuriteServer>
{
    private static readonly string Sample = Path.Combine(Repository.Root, "samples", "azurestorage", "azurestorage.yaml");

    [Fact]
    public async Task The_sample_is_made_kept_changed_watched_and_removed()
    {
        var document = (await File.ReadAllTextAsync(Sample, Cancellation))
            .Replace("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==", server.Key, StringComparison.Ordinal)
            .Replace("http://127.0.0.1:10000/devstoreaccount1", server.BlobEndpoint, StringComparison.Ordinal)
            .Replace("http://127.0.0.1:10001/devstoreaccount1", server.QueueEndpoint, StringComparison.Ordinal)
            .Replace("http://127.0.0.1:10002/devstoreaccount1", server.TableEndpoint, StringComparison.Ordinal)
            .Replace("devstoreaccount1", server.Account, StringComparison.Ordinal);
        using var folder = new TempFolder();
        var file = folder.File("storage.yaml");
        await File.WriteAllTextAsync(file, document, Cancellation);
        await using var plane = await ControlPlane.StartAsync(folder.File("data"), null, "--plugin", "azurestorage");

        Assert.Contains("6 created, 0 updated, 0 deleted", await RunAsync(plane, "apply", file, "--mode", "reconcile", "--yes"), StringComparison.Ordinal);
        Assert.Contains("Everything is on sale.", await PageAsync(HttpMethod.Get), StringComparison.Ordinal);
        Assert.Contains("Nothing to do", await RunAsync(plane, "apply", file, "--mode", "reconcile", "--yes"), StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, document.Replace("on sale", "sold", StringComparison.Ordinal).Replace("Value: 12.5", "Value: 11", StringComparison.Ordinal).Replace("Permissions: rl", "Permissions: r", StringComparison.Ordinal), Cancellation);
        Assert.Contains("0 created, 3 updated, 0 deleted", await RunAsync(plane, "apply", file, "--mode", "reconcile", "--yes"), StringComparison.Ordinal);
        Assert.Contains("Everything is sold.", await PageAsync(HttpMethod.Get), StringComparison.Ordinal);

        await PageAsync(HttpMethod.Put, "Somebody else was here.");
        Assert.Contains("1 changed", await RunAsync(plane, "sync"), StringComparison.Ordinal);
        Assert.Contains("Somebody else was here.", await RunAsync(plane, "drift", "shop-storage"), StringComparison.Ordinal);

        Assert.Contains("0 created, 0 updated, 6 deleted", await RunAsync(plane, "destroy", file, "--yes"), StringComparison.Ordinal);
        Assert.Empty(await plane.InventoryAsync());
        Assert.DoesNotContain(server.Key, plane.Output, StringComparison.Ordinal);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<string> RunAsync(ControlPlane plane, params string[] arguments)
    {
        var (code, output) = await ControlPlane.RunAsync([.. arguments, "--server", plane.Address.ToString()]);
        Assert.True(code == 0, output);
        return output;
    }

    /// <summary>Past everybody: as another client of the account.</summary>
    private async Task<string> PageAsync(HttpMethod method, string? content = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, $"{server.BlobEndpoint}/pages/site/index.html{server.SasToken("rw")}");
        request.Headers.Add("x-ms-version", "2021-12-02");
        if (content is not null)
        {
            request.Headers.Add("x-ms-blob-type", "BlockBlob");
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(content)) { Headers = { ContentType = new MediaTypeHeaderValue("text/html") } };
        }

        using var response = await http.SendAsync(request, Cancellation);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(Cancellation);
    }
}
