using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Formae.Servers;

namespace Formae.Embedded.Tables.Tests;

/// <summary>Who is let in by a server that checks signatures.</summary>
public sealed class AzuriteAccessTests(AzuriteServer azurite) : IClassFixture<AzuriteServer>
{
    [Fact]
    public async Task The_key_of_the_account_opens_it_by_endpoint_and_by_connection_string()
    {
        var byEndpoint = new TableServiceClient(new Uri(azurite.TableEndpoint), new TableSharedKeyCredential(azurite.Account, azurite.Key));
        Assert.Equal(azurite.Account, byEndpoint.AccountName);
        await UseAsync(byEndpoint);
        await UseAsync(new TableServiceClient(azurite.ConnectionString));
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_no_text_has_the_right_one()
    {
        var wrong = new TableServiceClient(azurite.ConnectionString.Replace("AccountKey=", "AccountKey=AAAA", StringComparison.Ordinal));
        var refusal = await Assert.ThrowsAsync<RequestFailedException>(() => UseAsync(wrong));
        Assert.Equal((403, "AuthorizationFailure"), (refusal.Status, refusal.ErrorCode));
        Assert.DoesNotContain(azurite.Key, refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shared_access_signature_opens_it_from_a_connection_string_and_from_an_address()
    {
        var signature = Signature("rwdlau");
        await UseAsync(new TableServiceClient($"TableEndpoint={azurite.TableEndpoint};SharedAccessSignature={signature}"));
        var byAddress = new TableServiceClient(new Uri($"{azurite.TableEndpoint}?{signature}"));
        Assert.Equal((azurite.Account, azurite.TableEndpoint), (byAddress.AccountName, byAddress.Uri.AbsoluteUri.TrimEnd('/')));
        await UseAsync(byAddress);
    }

    [Fact]
    public async Task A_signature_that_allows_too_little_is_refused_and_no_text_has_it()
    {
        var signature = Signature("r");
        var reader = new TableServiceClient(new Uri($"{azurite.TableEndpoint}?{signature}"));
        var refusal = await Assert.ThrowsAsync<RequestFailedException>(() => UseAsync(reader));
        Assert.Equal((403, "AuthorizationPermissionMismatch"), (refusal.Status, refusal.ErrorCode));
        Assert.DoesNotContain(signature[signature.IndexOf("sig=", StringComparison.Ordinal)..], refusal.ToString(), StringComparison.Ordinal);
    }

    private static async Task UseAsync(TableServiceClient service)
    {
        var table = service.GetTableClient("T" + Guid.NewGuid().ToString("N"));
        await table.CreateAsync();
        await table.AddEntityAsync(new TableEntity("it's", "ü & co") { ["A"] = 1 });
        await table.SubmitTransactionAsync([new(TableTransactionActionType.UpdateMerge, new TableEntity("it's", "ü & co") { ["B"] = 2 }, ETag.All)]);
        await foreach (var row in table.QueryAsync<TableEntity>("PartitionKey eq 'it''s'", select: ["A", "B"]))
            Assert.Equal((1, 2), (row["A"], row["B"]));
        await table.DeleteAsync();
    }

    /// <summary>A signature for the tables of the account, for an hour.</summary>
    private string Signature(string permissions)
    {
        var (version, ends) = ("2019-02-02", DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        var text = $"{azurite.Account}\n{permissions}\nt\nsco\n\n{ends}\n\nhttps,http\n{version}\n";
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(azurite.Key), Encoding.UTF8.GetBytes(text)));
        return $"sv={version}&ss=t&srt=sco&sp={permissions}&se={Uri.EscapeDataString(ends)}&spr=https,http&sig={Uri.EscapeDataString(signature)}";
    }
}
