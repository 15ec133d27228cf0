using System.Text;
using System.Text.Json;
using Formae.Engine.Operations;
using Formae.Model;

namespace Formae.Engine.Tests.Operations;

public sealed class TargetConfigTests
{
    private const string Id = "000000000000000000000000001";
    private const string Sealed = """{"$sealed":"closed","$digest":"d"}""";

    [Fact]
    public void References_become_their_values_wherever_they_stand()
    {
        var (config, missing) = Resolve(
            $$$"""{"Region":"eu","Endpoint":{"$ref":"formae://{{{Id}}}#/Url"},"Nested":[{"Port":{"$ref":"formae://{{{Id}}}#/Settings","$json":"ports.0"}}],"Text":{{{Template("https://", "Url")}}}}""",
            uri => Json(uri.Path == "Url" ? "\"k8s.example\"" : """ "{\"ports\":[443]}" """));

        Assert.Null(missing);
        Assert.Equal("""{"Region":"eu","Endpoint":"k8s.example","Nested":[{"Port":443}],"Text":"https://k8s.example"}""", config!.Value.GetRawText());
    }

    [Fact]
    public void A_sealed_secret_stays_sealed_for_the_plugin_to_open()
    {
        var (config, _) = Resolve($$$"""{"Token":{"$ref":"formae://{{{Id}}}#/Token"}}""", _ => Json(Sealed));

        Assert.Equal($$"""{"Token":{{Sealed}}}""", config!.Value.GetRawText());
    }

    [Fact]
    public void A_digest_is_no_value()
    {
        var (config, missing) = Resolve($$$"""{"Token":{"$ref":"formae://{{{Id}}}#/Token"}}""", _ => Json("""{"$value":"abc","$visibility":"Opaque","$hashed":true}"""));

        Assert.Null(config);
        Assert.Equal(("Token", "'Token' is a secret of which only the digest is known here"), (missing!.Path, missing.Reason));
    }

    [Fact]
    public void A_secret_is_no_part_of_a_text()
    {
        var (config, missing) = Resolve($$"""{"Text":{{Template("token ", "Token")}}}""", _ => Json(Sealed));

        Assert.Null(config);
        Assert.Equal(("Text", "'Token' is a secret, which cannot be a part of a text"), (missing!.Path, missing.Reason));
    }

    [Fact]
    public void What_is_not_there_is_named()
    {
        var (config, missing) = Resolve($$$"""{"Region":{"$ref":"formae://{{{Id}}}#/Nothing"}}""", _ => null);

        Assert.Null(config);
        Assert.Equal(("Region", "the resource has no property 'Nothing'"), (missing!.Path, missing.Reason));
    }

    private static (JsonElement? Config, UnresolvedReference? Missing) Resolve(string config, Func<PropertyUri, JsonElement?> values) =>
        TargetConfig.Resolve(new Target { Label = "t", Config = Json(config) }, values);

    private static string Template(string before, string property)
    {
        var span = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"$ref":"formae://{{Id}}#/{{property}}"}"""));
        return $$"""{"$embed":true,"$template":{{JsonSerializer.Serialize($"{before}\u001E{span}\u001F")}}}""";
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
