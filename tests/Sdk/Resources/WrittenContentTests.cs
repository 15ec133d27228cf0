namespace Formae.Sdk.Tests.Resources;

public sealed class WrittenContentTests
{
    [Theory]
    [InlineData(null, null, "")]
    [InlineData("", null, "")]
    [InlineData("aé", null, "61C3A9")]
    [InlineData(null, "AAH/", "0001FF")]
    [InlineData(null, "AA\nH/", "0001FF")]
    [InlineData(null, "", "")]
    [InlineData("a", "AAH/", "0001FF")]
    public void What_is_written_means_these_bytes(string? text, string? base64, string bytes)
    {
        Assert.True(new WrittenContent(text, base64).TryGetBytes(out var content));
        Assert.Equal(bytes, Convert.ToHexString(content));
    }

    [Theory]
    [InlineData("%")]
    [InlineData("YQ")]
    public void What_is_no_base64_means_nothing(string base64)
    {
        Assert.False(new WrittenContent(null, base64).TryGetBytes(out var content));
        Assert.Empty(content);
    }

    [Theory]
    [InlineData("61C3A9", "aé", null)]
    [InlineData("", null, null)]
    [InlineData("00", null, "AA==")]
    [InlineData("610062", null, "YQBi")]
    [InlineData("C3", null, "ww==")]
    public void Without_a_form_what_is_text_is_shown_as_text(string bytes, string? text, string? base64) =>
        Assert.Equal(new WrittenContent(text, base64), WrittenContent.Of(Convert.FromHexString(bytes), null));

    [Theory]
    [InlineData("61", "old", null, "a", null)]
    [InlineData("61", null, "b2xk", null, "YQ==")]
    [InlineData("61", null, null, "a", null)]
    [InlineData("", "", null, "", null)]
    [InlineData("", null, null, null, null)]
    [InlineData("", null, "b2xk", null, "")]
    [InlineData("FF", "old", null, null, "/w==")]
    public void With_a_form_it_is_shown_in_that_where_it_can_be(string bytes, string? formText, string? formBase64, string? text, string? base64) =>
        Assert.Equal(new WrittenContent(text, base64), WrittenContent.Of(Convert.FromHexString(bytes), new WrittenContent(formText, formBase64)));
}
