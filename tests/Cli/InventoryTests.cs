using System.Text.Json;
using Formae.Cli.CommandLine;
using Formae.Cli.Output;
using Formae.Cli.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Formae.Cli.Tests;

public sealed class InventoryTests
{
    private const string Forma = """
        {
          "Stacks": [{"Label":"web"},{"Label":"base"}],
          "Resources": [
            {"Label":"vm","Type":"FakeAWS::EC2::Instance","Stack":"web","Target":"eu","NativeID":"i-1"},
            {"Label":"net","Type":"FakeAWS::EC2::VPC","Stack":"base","Target":"eu","NativeID":"vpc-1"},
            {"Label":"extra","Type":"FakeAWS::EC2::VPCCidrBlock","Stack":"base","Target":"eu","NativeID":"cidr-1",
             "Schema":{"Parent":"FakeAWS::EC2::VPC"},
             "Properties":{"VpcId":{"$res":true,"$label":"net","$type":"FakeAWS::EC2::VPC","$stack":"base","$property":"VpcId","$value":"vpc-1"}}}
          ]
        }
        """;

    [Fact]
    public async Task Resources_are_a_table_in_order()
    {
        var text = await PrintAsync("GET resources", Forma, "inventory", "resources");

        Assert.Equal("""

              Stack   Type                         Label   Target   Native id
            ───────────────────────────────────────────────────────────────────
              base    FakeAWS::EC2::VPC            net     eu       vpc-1
              base    FakeAWS::EC2::VPCCidrBlock   extra   eu       cidr-1
              web     FakeAWS::EC2::Instance       vm      eu       i-1


            """, text);
    }

    [Fact]
    public async Task The_tree_puts_a_child_below_its_parent()
    {
        var text = await PrintAsync("GET resources", Forma, "inventory", "resources", "--tree");

        Assert.Equal("""
            base (2 resources)
            └── net  FakeAWS::EC2::VPC  vpc-1
                └── extra  FakeAWS::EC2::VPCCidrBlock  cidr-1
            web (1 resource)
            └── vm  FakeAWS::EC2::Instance  i-1

            """, text);
    }

    [Fact]
    public async Task Json_is_the_apis_object()
    {
        var text = await PrintAsync("GET resources", Forma, "inventory", "resources", "--output", "json");

        Assert.Equal(3, Samples.Json(text).GetProperty("Resources").GetArrayLength());
    }

    [Theory]
    [InlineData("stacks", "GET stacks", """[{"Label":"web","Description":"front"}]""", "front")]
    [InlineData("targets", "GET targets", """[{"Label":"eu","Namespace":"FakeAWS","Config":{"Region":"eu-1"},"Version":2}]""", "{ Region: \"eu-1\" }")]
    [InlineData("plugins", "GET plugins", """{"plugins":[{"name":"local","namespace":"Local","loadStatus":"active","resourceTypes":["a","b"]}]}""", "active")]
    public async Task The_other_lists_print_too(string list, string route, string json, string expected)
    {
        Assert.Contains(expected, await PrintAsync(route, json, "inventory", list), StringComparison.Ordinal);
        Assert.NotEqual(JsonValueKind.Undefined, Samples.Json(await PrintAsync(route, json, "inventory", list, "-o", "json")).ValueKind);
    }

    [Theory]
    [InlineData("resources", "No resources.\n")]
    [InlineData("stacks", "No stacks.\n")]
    [InlineData("targets", "No targets.\n")]
    public async Task Nothing_is_said_in_words(string list, string expected) => Assert.Equal(expected, await PrintAsync("GET nothing", "", "inventory", list));

    [Theory]
    [InlineData("""{"a":"yes","b":"1","c":1,"d":null,"e":[],"f":{},"g":"a: b","h":"# x","i":"","j":[1,{"k":"v"}],"l":"two\nlines\n","m":"  lead","n":"~","o":true,"p":"ä\u0007","q":"- x","r":"1e3","s":"trail ","t":"NULL"}""")]
    [InlineData("""[["a"],[],"b\r\nc"]""")]
    [InlineData("\"text\"")]
    public void Yaml_says_the_same_as_json(string json)
    {
        var expected = Samples.Json(json);
        using var writer = new StringWriter();
        YamlText.Write(writer, expected);
        var stream = new YamlStream();
        stream.Load(new StringReader(writer.ToString()));

        AssertSame(expected, stream.Documents[0].RootNode);
    }

    private static void AssertSame(JsonElement expected, YamlNode actual)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                var map = Assert.IsType<YamlMappingNode>(actual);
                Assert.Equal(expected.EnumerateObject().Select(member => member.Name), map.Children.Keys.Select(key => ((YamlScalarNode)key).Value));
                foreach (var member in expected.EnumerateObject())
                    AssertSame(member.Value, map.Children[new YamlScalarNode(member.Name)]);
                break;
            case JsonValueKind.Array:
                var list = Assert.IsType<YamlSequenceNode>(actual);
                Assert.Equal(expected.GetArrayLength(), list.Children.Count);
                foreach (var (item, node) in expected.EnumerateArray().Zip(list.Children))
                    AssertSame(item, node);
                break;
            case JsonValueKind.String:
                var scalar = Assert.IsType<YamlScalarNode>(actual);
                Assert.Equal(expected.GetString(), scalar.Value);
                if (expected.GetString() is "yes" or "1" or "" or "~" or "NULL" or "1e3")
                    Assert.NotEqual(YamlDotNet.Core.ScalarStyle.Plain, scalar.Style);
                break;
            default:
                Assert.Equal(expected.GetRawText(), Assert.IsType<YamlScalarNode>(actual).Value);
                break;
        }
    }

    private static async Task<string> PrintAsync(string route, string json, params string[] args)
    {
        await using var server = await FakeServer.StartAsync();
        server.On(route, json);
        using var run = new TestRun();
        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, args));
        return run.Out;
    }
}
