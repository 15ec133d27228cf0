using System.Text;
using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Documents;
using Formae.Protocol.Http;

namespace Formae.Engine.Tests.Documents;

public sealed class FormaReaderTests
{
    private const string Example = """
        {
          "Description": {"Text": "demo", "Confirm": true},
          "Properties": {"region": {"Default": "eu", "Type": "String"}},
          "Stacks": [{"Label": "web", "Description": "front end", "Policies": [{"$ref": "policy://nightly"}]}],
          "Targets": [{"Label": "eu", "Namespace": "DEMO", "Config": {"Region": "eu-1"}, "ConfigSchema": {"Hints": {"Region": {"CreateOnly": true}}}, "Discoverable": true, "Reaping": {"Kind": "after", "MaxUnreachableSeconds": 60}}],
          "Resources": [{
            "Label": "net1", "Type": "DEMO::Net::Vnet", "Stack": "web", "Target": "eu", "Alias": "old",
            "Schema": {"Identifier": "Name", "Fields": ["Name", "Tags"], "Hints": {"Name": {"CreateOnly": true, "Required": true}, "Tags": {"UpdateMethod": "EntitySet", "IndexField": "Key", "EdgeKind": "attachesTo"}},
              "Discoverable": true, "Extractable": false, "Portable": true, "Parent": "P", "ParentMappings": [{"parentProperty": "a", "childProperty": "b"}], "Notice": "n"},
            "Properties": {"Name": "näme 😀", "Tags": [{"Key": "env", "Value": 1.50}], "Deep": {"List": [1, true, null]}}
          }],
          "Policies": [{"Type": "ttl", "Label": "hour", "TTLSeconds": 3600}]
        }
        """;

    [Fact]
    public void A_document_is_read_as_the_serializer_reads_it()
    {
        var reading = Read(Example);

        Assert.Empty(reading.Diagnostics);
        Assert.Equal(Text(JsonSerializer.Deserialize(Example, HttpJson.Default.Forma)!), Text(reading.Forma!));
    }

    [Fact]
    public void YAML_and_JSON_are_one_model()
    {
        const string yaml = """
            Description: {Text: demo, Confirm: true}
            Properties:
              region: {Default: eu, Type: String}
            Stacks:
              - Label: web
                Description: front end
                Policies: [{$ref: policy://nightly}]
            Targets:
              - &eu
                Label: eu
                Namespace: DEMO
                Config: {Region: eu-1}
                ConfigSchema: {Hints: {Region: {CreateOnly: true}}}
                Discoverable: true
                Reaping: {Kind: after, MaxUnreachableSeconds: 60}
            Resources:
              - Label: net1
                Type: DEMO::Net::Vnet
                Stack: web
                Target: eu
                Alias: old
                Schema:
                  Identifier: Name
                  Fields: [Name, Tags]
                  Hints:
                    Name: {CreateOnly: true, Required: true}
                    Tags: {UpdateMethod: EntitySet, IndexField: Key, EdgeKind: attachesTo}
                  Discoverable: true
                  Extractable: false
                  Portable: true
                  Parent: P
                  ParentMappings: [{parentProperty: a, childProperty: b}]
                  Notice: n
                Properties:
                  Name: näme 😀
                  Tags:
                    - Key: env
                      Value: 1.50
                  Deep: {List: [1, true, null]}
            Policies: [{Type: ttl, Label: hour, TTLSeconds: 3600}]
            """;

        var reading = Read(yaml);

        Assert.Empty(reading.Diagnostics);
        Assert.Equal(Text(Read(Example).Forma!), Text(reading.Forma!));
    }

    [Theory]
    [InlineData("true", "true")]
    [InlineData("False", "false")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("12", "12")]
    [InlineData("+12", "12")]
    [InlineData("-0x10", "\"-0x10\"")]
    [InlineData("0x10", "16")]
    [InlineData("0o17", "15")]
    [InlineData("1e3", "1e3")]
    [InlineData(".5", "0.5")]
    [InlineData("1.", "1")]
    [InlineData("-.5e-2", "-0.5e-2")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("'12'", "\"12\"")]
    [InlineData("\"true\"", "\"true\"")]
    [InlineData("!!str 12", "\"12\"")]
    [InlineData("! 12", "\"12\"")]
    [InlineData("!!int \"12\"", "12")]
    [InlineData("2026-01-31", "\"2026-01-31\"")]
    [InlineData("|\n      a\n      b\n", "\"a\\nb\\n\"")]
    [InlineData(">-\n      a\n      b\n", "\"a b\"")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    public void A_YAML_scalar_means_what_the_core_schema_says(string yaml, string json) => Assert.Equal(json, Config($"X: {yaml}").GetProperty("X").GetRawText());

    [Fact]
    public void Aliases_and_merge_keys_stand_for_what_they_name() =>
        Assert.Equal("""{"Base":{"a":1,"b":2},"Copy":{"a":1,"b":2},"Merged":{"b":3,"c":4,"a":1},"List":{"z":0,"y":1}}""",
            Config("Base: &base {a: 1, b: 2}\n    Copy: *base\n    Merged: {<<: *base, b: 3, c: 4}\n    List: {<<: [{z: 0}, {z: 9, y: 1}]}").GetRawText());

    [Fact]
    public void A_number_that_loses_its_zeros_is_warned_about() =>
        Assert.Equal(DiagnosticCodes.AmbiguousNumber, Assert.Single(Read("Targets:\n- {Label: t, Namespace: A, Config: {Account: 00123}}").Diagnostics).Code);

    [Fact]
    public void Labels_that_are_awkward_elsewhere_are_legal_here() =>
        Assert.Empty(Read("""{"Stacks":[{"Label":"a/b\\c#d?e"},{"Label":"😀"},{"Label":"Web"},{"Label":"web"}]}""").Diagnostics);

    [Fact]
    public void A_byte_order_mark_is_accepted() => Assert.NotNull(FormaReader.Read(Encoding.UTF8.GetPreamble().Concat("{}"u8.ToArray()).ToArray()).Forma);

    [Fact]
    public void Properties_are_kept_without_the_white_space_of_the_document() =>
        Assert.Equal("""{"a":[1,{"b":"c  d"}]}""", Read("{\"Targets\":[{\"Label\":\"t\",\"Namespace\":\"A\",\"Config\": { \"a\" : [ 1 ,\n {\"b\": \"c  d\"} ] } }]}").Forma!.Targets[0].Config!.Value.GetRawText());

    [Fact]
    public void A_diagnostic_that_knows_only_its_path_is_given_line_and_column()
    {
        foreach (var text in (string[])["{\"Resources\":[\n{\"Label\":\"a\",\"Type\":\"A::B::C\",\n \"Properties\":{\"Tags\":[{},\n  {\"a.b\": 1}]}}]}", "Resources:\n- Label: a\n  Type: A::B::C\n  Properties: {Tags: [{},\n  {\"a.b\": 1}]}"])
        {
            var reading = Read(text);
            var line = text.Count(character => character == '\n') + 1;

            var found = reading.Locate(new Diagnostic { Code = "X", Summary = "x", Path = "Resources[0].Properties.Tags[1][\"a.b\"]" });
            Assert.Equal((line, 11), (found.Line, found.Column));
            var near = reading.Locate(new Diagnostic { Code = "X", Summary = "x", Path = "Resources[0].Properties.Tags[1].Missing" });
            Assert.Equal((line, 3), (near.Line, near.Column));
        }
    }

    [Fact]
    public void Resources_of_one_type_share_one_schema()
    {
        var resource = """{"Label":"L","Type":"A::B::C","Schema":{"Identifier":"Id","Fields":["a"]}}""";
        var forma = Read($$"""{"Resources":[{{resource}},{{resource.Replace("\"L\"", "\"M\"", StringComparison.Ordinal)}}]}""").Forma!;

        Assert.Same(forma.Resources[0].Schema, forma.Resources[1].Schema);
    }

    [Fact]
    public void As_deep_as_a_document_may_be_it_travels()
    {
        var nested = string.Concat(Enumerable.Repeat("{\"a\":", 124)) + "1" + new string('}', 124);
        var forma = Read($"{{\"Targets\":[{{\"Label\":\"t\",\"Namespace\":\"A\",\"Config\":{nested}}}]}}").Forma!;

        foreach (var json in (HttpJson[])[HttpJson.Default, HttpJson.Readable])
            Assert.Equal(nested, JsonSerializer.Deserialize(JsonSerializer.Serialize(forma, json.Forma), json.Forma)!.Targets[0].Config!.Value.GetRawText());
    }

    private static JsonElement Config(string yaml)
    {
        var reading = Read($"Targets:\n- Label: t\n  Namespace: A\n  Config:\n    {yaml}\n");
        Assert.True(reading.Forma is not null, string.Join("; ", reading.Diagnostics));
        return reading.Forma!.Targets[0].Config!.Value;
    }

    private static FormaReading Read(string text) => FormaReader.Read(Encoding.UTF8.GetBytes(text));

    private static string Text(Forma forma)
    {
        // Raw values keep the white space of their document; only what they mean is compared.
        var text = JsonSerializer.Serialize(forma, HttpJson.Default.Forma);
        return System.Text.Json.Nodes.JsonNode.Parse(text)!.ToJsonString();
    }
}
