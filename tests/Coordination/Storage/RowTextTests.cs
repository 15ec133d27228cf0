using Azure.Data.Tables;
using Formae.Coordination.Storage;

namespace Formae.Coordination.Tests.Storage;

public sealed class RowTextTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32_000)]
    [InlineData(32_001)]
    [InlineData(200_000)]
    public void Text_of_any_length_comes_back(int length)
    {
        var text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));
        var row = new TableEntity("p", "r");

        RowText.Write(row, "Text", text);

        Assert.Equal(text, RowText.Read(row, "Text"));
        Assert.All(row.Select(column => column.Value).OfType<string>(), column => Assert.True(column.Length <= 32_768));
    }

    [Fact]
    public void A_surrogate_pair_is_not_torn()
    {
        var text = new string('a', 31_999) + "🦊" + new string('b', 10);
        var row = new TableEntity("p", "r");

        RowText.Write(row, "Text", text);

        Assert.Equal(text, RowText.Read(row, "Text"));
        Assert.False(char.IsHighSurrogate(row.GetString("Text")[^1]));
    }

    [Fact]
    public void Text_that_no_row_can_hold_is_refused() =>
        Assert.Throws<ArgumentException>(() => RowText.Write(new TableEntity("p", "r"), "Text", new string('a', RowText.Longest + 1)));
}
