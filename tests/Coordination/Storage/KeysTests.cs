using Formae.Coordination.Storage;

namespace Formae.Coordination.Tests.Storage;

public sealed class KeysTests
{
    [Theory]
    [InlineData("plain-label_1.x")]
    [InlineData("a/b\\c#d?e%f|g!h")]
    [InlineData("tab\tand\u0000nul")]
    [InlineData("emoji 🦊 and ümlaut")]
    [InlineData("")]
    public void A_key_holds_nothing_that_keys_must_not_hold(string text)
    {
        var key = Keys.Escape(text);

        Assert.NotEmpty(key);
        Assert.DoesNotContain(key, character => character is '/' or '\\' or '#' or '?' || char.IsControl(character));
    }

    [Fact]
    public void Different_texts_have_different_keys()
    {
        string[] texts = ["", "!", "a/b", "a!002Fb", "a!b", "a|b", "A", "a", new string('x', 1000), new string('x', 1001), "x!~", string.Concat(Enumerable.Repeat("/", 300)), string.Concat(Enumerable.Repeat("/", 301))];

        Assert.Equal(texts.Length, texts.Select(Keys.Escape).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void The_longest_composed_key_fits_the_service() =>
        Assert.True(Keys.Compose(new string('/', 5000), new string('ü', 5000)).Length <= 512);
}
