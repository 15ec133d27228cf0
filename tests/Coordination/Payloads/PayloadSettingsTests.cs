using Formae.Messaging.Payloads;
using Microsoft.Extensions.Configuration;

namespace Formae.Coordination.Tests.Payloads;

public sealed class PayloadSettingsTests
{
    private const string Key = "a2V5a2V5a2V5";

    [Theory]
    [InlineData("/somewhere/payloads", typeof(FolderPayloads))]
    [InlineData("UseDevelopmentStorage=true", typeof(BlobPayloads))]
    [InlineData($"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={Key};EndpointSuffix=core.windows.net", typeof(BlobPayloads))]
    public void A_setting_says_where(string place, Type store) => Assert.IsType(store, Open(("FormaePayloads", place)));

    [Fact]
    public void An_endpoint_is_reached_with_the_identity_of_the_app() =>
        Assert.IsType<BlobPayloads>(Open(("FormaePayloads:blobServiceUri", "https://a.blob.core.windows.net"), ("FormaePayloads", "/ignored")));

    [Theory]
    [InlineData("AccountName=a", "has no AccountKey")]
    [InlineData($"AccountName=a;AccountKey={Key};BlobEndpoint=nowhere", "'nowhere' is no address")]
    [InlineData("AccountName=a;AccountKey=%%", "is not base64")]
    [InlineData($"AccountName=a;{Key}", "has no '='")]
    [InlineData("UseDevelopmentStorage=yes", "'true'")]
    public void A_wrong_one_is_named_without_its_key(string place, string reason)
    {
        var wrong = Assert.Throws<InvalidOperationException>(() => Open(("FormaePayloads", place)));

        Assert.Contains("FormaePayloads", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(reason, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_is_set_whoever_leaves_something_is_told_what_to_set() => Assert.Contains(
        "FormaePayloads__blobServiceUri",
        (await Assert.ThrowsAsync<PayloadException>(() => Open().PutAsync(PayloadStore.Rows, new byte[1], TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);

    [Fact]
    public void An_endpoint_that_is_none_is_named() =>
        Assert.Contains("FormaePayloads__blobServiceUri", Assert.Throws<InvalidOperationException>(() => Open(("FormaePayloads:blobServiceUri", "here"))).Message, StringComparison.Ordinal);

    private static PayloadStore Open(params (string Name, string Value)[] settings) =>
        PayloadSettings.Open(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value)).Build());
}
