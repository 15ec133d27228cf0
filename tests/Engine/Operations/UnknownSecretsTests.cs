using System.Text.Json;
using Formae.Engine.Operations;

namespace Formae.Engine.Tests.Operations;

public sealed class UnknownSecretsTests
{
    private const string Digest = """{"$value":"aa","$visibility":"Opaque","$hashed":true}""";
    private const string Other = """{"$value":"bb","$visibility":"Opaque","$hashed":true}""";

    [Theory]
    [InlineData($$"""{"Secret":{{Digest}}}""", null, "Secret")]
    [InlineData($$"""{"Secret":{{Digest}}}""", $$"""{"Secret":{{Other}}}""", "Secret")]
    [InlineData($$"""{"Secret":{{Digest}}}""", $$"""{"Another":{{Digest}}}""", "Secret")]
    [InlineData($$"""{"Users":[{"Name":"a","Password":{{Digest}}}]}""", null, "Users[0].Password")]
    public void F020_a_digest_that_is_not_the_one_that_is_there_cannot_be_written(string desired, string? existing, string place) =>
        Assert.Equal(place, Find(desired, existing));

    [Theory]
    [InlineData($$"""{"Secret":{{Digest}}}""", $$"""{"Secret":{{Digest}}}""")]
    [InlineData($$"""{"Users":[{"Password":{{Other}}},{"Password":{{Digest}}}]}""", $$"""{"Users":[{"Password":{{Digest}}},{"Password":{{Other}}}]}""")]
    [InlineData("""{"Secret":{"$sealed":"x","$digest":"aa"},"Plain":"aa"}""", null)]
    [InlineData("""{"Secret":{"$ref":"formae://000000000000000000000000001#/P","$value":"aa","$visibility":"Opaque","$hashed":true}}""", null)]
    public void F022_what_is_known_or_is_to_stay_can(string desired, string? existing) => Assert.Null(Find(desired, existing));

    [Fact]
    public void No_properties_hold_no_secret() => Assert.Null(UnknownSecrets.Find(null, null));

    private static string? Find(string desired, string? existing) => UnknownSecrets.Find(JsonElement.Parse(desired), existing is null ? null : JsonElement.Parse(existing));
}
