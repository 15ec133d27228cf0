using System.Text;
using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Documents;

namespace Formae.Engine.Tests.Documents;

public sealed class PlaceholderTests
{
    [Fact]
    public void A_parameter_that_is_the_whole_value_keeps_its_type_and_inside_of_text_is_text()
    {
        var forma = Read("""
            Properties:
              env: { Default: dev }
              size: { Type: Int, Default: 3 }
              wide: { Type: Boolean, Value: true, Default: false }
              rate: { Type: Float, Default: 1.5 }
            Stacks: [{ Label: "web-${property:env}", Policies: [{ Type: ttl, TTLSeconds: "${property:size}" }] }]
            Resources:
              - { Label: a, Type: "A::B::C", Properties: { Size: "${property:size}", Wide: "${property:wide}", Rate: "${property:rate}", Text: "${property:env}-${property:size}-${property:wide}" } }
            """).Forma!;

        Assert.Equal("web-dev", forma.Stacks[0].Label);
        Assert.Equal(3, Policies.Read(forma.Stacks[0].Policies![0]).TtlSeconds);
        Assert.Equal("""{"Size":3,"Wide":true,"Rate":1.5,"Text":"dev-3-true"}""", forma.Resources[0].Properties!.Value.GetRawText());
        Assert.Equal(("Int", "String"), (forma.Properties!["size"].Type, forma.Properties["env"].Type));
    }

    [Fact]
    public void A_value_that_was_given_goes_before_the_document_s_and_is_of_the_parameter_s_type()
    {
        var reading = Read(
            """{"Properties":{"size":{"Type":"Int","Default":3},"name":{"Default":"x"}},"Resources":[{"Label":"${property:name}","Type":"A::B::C","Properties":{"Size":"${property:size}"}}]}""",
            new DocumentInputs { Parameters = new Dictionary<string, string> { ["size"] = "7", ["name"] = "7" } });

        Assert.Equal(("7", """{"Size":7}"""), (reading.Forma!.Resources[0].Label, reading.Forma.Resources[0].Properties!.Value.GetRawText()));
        Assert.Equal(7, reading.Forma.Properties!["size"].Value!.Value.GetInt32());
    }

    [Theory]
    [InlineData("{ a: { Type: Int, Default: x } }", "", DiagnosticCodes.WrongParameterType, 1)]
    [InlineData("{ a: { Type: String, Default: 5 } }", "", DiagnosticCodes.WrongParameterType, 1)]
    [InlineData("{ a: { Type: Number } }", "", DiagnosticCodes.UnknownValue, 1)]
    [InlineData("{ a: { Type: Int, Flag: -size } }", "${property:a}", DiagnosticCodes.MissingParameter, 4)]
    [InlineData("{ size: { Default: x } }", "${property:szie}", DiagnosticCodes.UnknownParameter, 4)]
    public void A_parameter_that_is_wrong_missing_or_unknown_is_told_where_it_stands(string parameters, string use, string code, int line)
    {
        var wrong = Assert.Single(Read($"Properties: {parameters}\nResources:\n  - Label: a\n    Group: '{use}'\n    Type: A::B::C").Diagnostics);

        Assert.Equal((code, line), (wrong.Code, wrong.Line));
        if (code == DiagnosticCodes.MissingParameter)
            Assert.Contains("--size", wrong.Detail, StringComparison.Ordinal);
        if (code == DiagnosticCodes.UnknownParameter)
            Assert.Contains("Did you mean 'size'?", wrong.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sise", "7", DiagnosticCodes.UnknownParameter)]
    [InlineData("size", "many", DiagnosticCodes.WrongParameterType)]
    public void A_value_that_was_given_and_cannot_be_is_refused_and_not_repeated(string name, string value, string code)
    {
        var wrong = Assert.Single(Read("Properties: { size: { Type: Int } }", new DocumentInputs { Parameters = new Dictionary<string, string> { [name] = value } }).Diagnostics);

        Assert.Equal(code, wrong.Code);
        Assert.DoesNotContain("many", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_value_says_is_not_looked_at_again() =>
        Assert.Equal("""{"A":"${secret:x}"}""", Properties("{ A: '${property:p}' }", parameters: "p: { Default: '$${secret:x}' }", given: ("p", "${secret:x}")));

    [Theory]
    [InlineData("${resource:net1.Id}", """{"$res":true,"$label":"net1","$property":"Id","$written":"${resource:net1.Id}"}""")]
    [InlineData("${resource:net1.Tags[0].Key}", """{"$res":true,"$label":"net1","$property":"Tags[0].Key","$written":"${resource:net1.Tags[0].Key}"}""")]
    [InlineData("${resource:A::B.x::C/n.Id}", """{"$res":true,"$label":"n","$type":"A::B.x::C","$property":"Id","$written":"${resource:A::B.x::C/n.Id}"}""")]
    [InlineData("${resource:'a.b}''c'.Id}", """{"$res":true,"$label":"a.b}'c","$property":"Id","$written":"${resource:'a.b}''c'.Id}"}""")]
    [InlineData("${dependency:base.net1.Id}", """{"$res":true,"$label":"net1","$stack":"base","$property":"Id","$written":"${dependency:base.net1.Id}"}""")]
    [InlineData("${dependency:'my.stack'.'my.net'.Id.x}", """{"$res":true,"$label":"my.net","$stack":"my.stack","$property":"Id.x","$written":"${dependency:'my.stack'.'my.net'.Id.x}"}""")]
    [InlineData("$${resource:net1.Id}", "\"${resource:net1.Id}\"")]
    [InlineData("$$${x:y}", "\"$${x:y}\"")]
    [InlineData("${HOME} ${AWS::Region} ${VAR:-x} $x {y} ${", "\"${HOME} ${AWS::Region} ${VAR:-x} $x {y} ${\"")]
    public void A_placeholder_becomes_a_reference_and_what_is_none_stays_text(string text, string expected) =>
        Assert.Equal($$"""{"A":{{expected}}}""", Properties($"{{ A: \"{text}\" }}"));

    [Fact]
    public void A_placeholder_in_text_becomes_a_template_also_in_lists_and_deep_inside()
    {
        var properties = JsonElement.Parse(Properties("{ A: { B: ['http://${resource:lb.Host}:80/${property:p}$${x}'] } }", parameters: "p: { Default: v }"));

        var embed = properties.GetProperty("A").GetProperty("B")[0];
        Assert.True(embed.GetProperty("$embed").GetBoolean());
        Assert.True(EmbeddedText.TryParse(embed.GetProperty("$template").GetString()!, out var text));
        Assert.Equal("http://<lb>:80/v${x}", text.Substitute(reference => $"<{reference.GetProperty("$label").GetString()}>"));
    }

    [Theory]
    [InlineData("${resource:net1}")]
    [InlineData("${resource:.Id}")]
    [InlineData("${resource:'net1.Id}")]
    [InlineData("${resource:net1.Id")]
    [InlineData("${dependency:net1.Id}")]
    [InlineData("${reource:net1.Id}")]
    [InlineData("${secret:}")]
    [InlineData("${auth:cloud}")]
    public void A_placeholder_that_cannot_be_is_told_where_it_stands(string text)
    {
        var wrong = Assert.Single(Read($"Resources:\n  - Label: a\n    Type: A::B::C\n    Properties:\n      Ok: 1\n      Bad: \"{text}\"").Diagnostics);

        Assert.Equal((DiagnosticCodes.InvalidPlaceholder, 6, 12, "Resources[0].Properties.Bad"), (wrong.Code, wrong.Line, wrong.Column, wrong.Path));
    }

    [Fact]
    public void References_and_secrets_stand_in_properties_and_config_only()
    {
        Assert.Equal(DiagnosticCodes.InvalidPlaceholder, Assert.Single(Read("Stacks: [{ Label: '${resource:a.b}' }]").Diagnostics).Code);
        Assert.Equal(DiagnosticCodes.InvalidPlaceholder, Assert.Single(Read("Description: { Text: '${secret:a}' }").Diagnostics).Code);
        Assert.Equal(DiagnosticCodes.InvalidPlaceholder, Assert.Single(Read("Resources: [{ Label: a, Type: 'A::B::C', Properties: { A: { $value: '${resource:a.b}' } } }]").Diagnostics).Code);
    }

    [Fact]
    public void A_secret_is_a_value_that_nobody_sees_and_so_is_the_text_around_it()
    {
        Assert.Equal("""{"A":{"$value":"s3cret","$visibility":"Opaque"}}""", Properties("{ A: '${secret:db}' }"));
        Assert.Equal("""{"A":{"$value":"user:s3cret@host","$visibility":"Opaque"}}""", Properties("{ A: 'user:${secret:db}@host' }"));
        Assert.Equal("""{"A":{"$value":"s3cret","$visibility":"Opaque","$strategy":"SetOnce"}}""", Properties("{ A: { $value: '${secret:db}', $visibility: Opaque, $strategy: SetOnce } }"));
    }

    [Fact]
    public void A_credential_stands_in_the_config_of_a_target()
    {
        var reading = Read("Targets: [{ Label: t, Namespace: N, Config: { Token: '${auth:cloud}' } }]", Inputs());

        Assert.Equal("""{"Token":{"$value":"t0ken","$visibility":"Opaque"}}""", reading.Forma!.Targets[0].Config!.Value.GetRawText());
    }

    [Theory]
    [InlineData("${secret:none}", "FORMAE_SECRET_NONE")]
    [InlineData("${secret:no-ne.x}", "FORMAE_SECRET_NO_NE_X")]
    public void A_secret_that_nobody_has_is_told_with_where_it_could_be_set(string text, string setting)
    {
        var wrong = Assert.Single(Read($"Resources: [{{ Label: a, Type: 'A::B::C', Properties: {{ A: '{text}' }} }}]", Inputs()).Diagnostics);

        Assert.Equal(DiagnosticCodes.UnknownSecret, wrong.Code);
        Assert.Contains(setting, wrong.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_anybody_to_ask_a_secret_is_left_out() =>
        Assert.Equal("""{"A":{"$opaque":"preserved"}}""", Read("Resources: [{ Label: a, Type: 'A::B::C', Properties: { A: 'x${secret:db}' } }]").Forma!.Resources[0].Properties!.Value.GetRawText());

    [Fact]
    public void A_secret_and_a_reference_cannot_stand_in_one_text() =>
        Assert.Equal(DiagnosticCodes.UnsupportedEmbed, Assert.Single(Read("Resources: [{ Label: a, Type: 'A::B::C', Properties: { A: '${secret:db}@${resource:a.b}' } }]", Inputs()).Diagnostics).Code);

    [Fact]
    public void Places_are_those_of_the_text_before_and_behind_a_placeholder_of_another_length()
    {
        var reading = Read("""
            Properties: { p: { Default: "a much longer value than its placeholder" } }
            Resources:
              - { Label: "${property:p}", Type: "A::B::C", Properties: { A: "${property:p}", B: [1, "${resource:a.b}", 3] } }
              - { Label: last, Type: "A::B::C", Properties: { C: 5 } }
            """);

        Assert.Equal("""{"C":5}""", reading.Forma!.Resources[1].Properties!.Value.GetRawText());
        Assert.Equal((4, 54), At("Resources[1].Properties.C"));
        Assert.Equal((3, 89), At("Resources[0].Properties.B[1]"));

        (int?, int?) At(string path)
        {
            var located = reading.Locate(new Diagnostic { Code = "x", Summary = "x", Path = path });
            return (located.Line, located.Column);
        }
    }

    [Fact]
    public void Parameters_can_be_read_alone_whatever_else_is_missing()
    {
        var (parameters, diagnostics) = FormaReader.ReadParameters(Encoding.UTF8.GetBytes("Properties: { size: { Type: Int, Flag: size } }\nStacks: [{ Label: '${property:size}' }]"));

        Assert.Empty(diagnostics);
        Assert.Equal(("Int", "size"), (Assert.Single(parameters).Value.Type, parameters["size"].Flag));
    }

    private static DocumentInputs Inputs(params (string Name, string Value)[] parameters) => new()
    {
        Parameters = parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value),
        Secret = name => name == "db" ? "s3cret" : null,
        Credential = name => name == "cloud" ? "t0ken" : null,
    };

    private static string Properties(string properties, string parameters = "", params (string Name, string Value)[] given)
    {
        var reading = Read($"Properties: {{ {parameters} }}\nResources: [{{ Label: a, Type: 'A::B::C', Properties: {properties} }}]", Inputs(given));
        Assert.Empty(reading.Diagnostics);
        return reading.Forma!.Resources[0].Properties!.Value.GetRawText();
    }

    private static FormaReading Read(string document, DocumentInputs? inputs = null) => FormaReader.Read(Encoding.UTF8.GetBytes(document), inputs: inputs);
}
