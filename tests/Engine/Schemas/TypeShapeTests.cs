using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Schemas;

namespace Formae.Engine.Tests.Schemas;

public sealed class TypeShapeTests
{
    private static readonly ResourceSchema Schema = new()
    {
        Fields = ["Name", "Tags", "Rules"],
        Hints = new Dictionary<string, FieldHint>
        {
            ["Name"] = new() { Type = "string", Required = true, CreateOnly = true },
            ["Tags"] = new() { Type = "array", ItemType = "object" },
            ["Tags.Key"] = new() { Type = "string", Required = true },
            ["Rules"] = new() { Type = "object" },
        },
    };

    [Fact]
    public void Hints_alone_give_a_shape()
    {
        var shape = TypeShape.Of("DEMO::Net::Vnet", Schema);

        Assert.Equal(["Name", "Tags", "Rules"], shape.Fields.Select(field => field.Name));
        Assert.Equal([true, false, false], shape.Fields.Select(field => field.IsRequired));
        Assert.Equal("Key", Assert.Single(shape.Fields[1].Value.Item!.Members!).Name);
        Assert.Null(shape.Fields[2].Value.Members);
        Assert.True(shape.IsClosed);
        Assert.Empty(shape.Outputs);
    }

    [Fact]
    public void A_json_schema_adds_what_hints_do_not_know()
    {
        var shape = TypeShape.Of("DEMO::Net::Vnet", Schema, Json("""
            {"description":"A network.","properties":{
              "Name":{"type":"string","description":"Its name.","enum":["a","b"]},
              "Rules":{"type":["object","null"],"additionalProperties":{"type":"integer"}},
              "Id":{"type":"string","readOnly":true}}}
            """));

        Assert.Equal(("A network.", "Its name."), (shape.Description, shape.Fields[0].Value.Description));
        Assert.Equal(["a", "b"], shape.Fields[0].Value.Choices!);
        Assert.Equal("integer", shape.Fields[2].Value.Values!.Type);
        Assert.Equal("Id", Assert.Single(shape.Outputs).Name);
    }

    [Fact]
    public void A_type_that_contains_itself_ends()
    {
        var schema = new ResourceSchema { Fields = ["Branches"], Hints = new Dictionary<string, FieldHint> { ["Branches"] = new() { Type = "array", ItemType = "object" } } };

        var shape = TypeShape.Of("DEMO::A::Tree", schema, Json("""
            {"properties":{"Branches":{"type":"array","items":{"type":"object","properties":{"Branches":{"$ref":"#/properties/Branches"}}}}}}
            """));

        var nested = Assert.Single(shape.Fields[0].Value.Item!.Members!);
        Assert.Equal(("Branches", "array"), (nested.Name, nested.Value.Type));
        Assert.NotEmpty(FormaSchema.Write([shape]));
        Assert.NotEmpty(PklModule.Write("DEMO", null, [shape]));
    }

    [Fact]
    public void A_document_may_be_written_before_there_is_any_plugin()
    {
        var schema = FormaSchema.Of([]);

        Assert.Null(schema["$defs"]!["resource"]!["allOf"]);
        Assert.Equal("string", (string?)schema["$defs"]!["resource"]!["properties"]!["Type"]!["type"]);
    }

    [Theory]
    [InlineData("DEMO::EC2::VPC", "KMSKeyId", "class Ec2Vpc ", "  kmsKeyId: ")]
    [InlineData("DEMO::S3::Bucket", "ContentBase64", "class S3Bucket ", "  contentBase64: ")]
    [InlineData("DEMO::a-b::c.d", "new", "class ABCD ", "  `new`: ")]
    [InlineData("DEMO::Net::VPCCidrBlock", "Label", "class NetVpcCidrBlock ", "  label_: ")]
    [InlineData("DEMO::Net::2Way", "3d", "class Net2Way ", "  _3d: ")]
    public void Names_become_those_of_Pkl(string type, string field, string expectedClass, string expectedProperty)
    {
        var schema = new ResourceSchema { Fields = [field], Hints = new Dictionary<string, FieldHint> { [field] = new() { Type = "string" } } };

        var module = PklModule.Write("DEMO", null, [TypeShape.Of(type, schema)]);

        Assert.Contains(expectedClass, module, StringComparison.Ordinal);
        Assert.Contains(expectedProperty, module, StringComparison.Ordinal);
        Assert.Contains($"\"{field}\", ", module, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_would_be_the_same_in_Pkl_are_told_apart()
    {
        var schema = new ResourceSchema { Fields = ["a_b", "aB"], Hints = new Dictionary<string, FieldHint>() };

        var module = PklModule.Write("DEMO", null, [TypeShape.Of("DEMO::A::B", schema), TypeShape.Of("DEMO::A::B.", schema), TypeShape.Of("DEMO::A::BRef", schema)]);

        foreach (var name in (string[])["class AB extends", "class ABRef extends", "class AB2 extends", "class AB2Ref extends", "class ABRef2 extends", "  aB: Any", "  aB2: Any"])
            Assert.Contains(name, module, StringComparison.Ordinal);
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
