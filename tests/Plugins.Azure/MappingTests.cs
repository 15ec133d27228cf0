using System.Reflection;
using System.Text.Json.Nodes;
using Formae.Plugins.AzureResources.Mapping;
using Formae.Plugins.AzureResources.Resources;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Tests;

/// <summary>Where the properties of records stand in the objects that Azure knows.</summary>
public sealed class MappingTests
{
    // Made of the id, or carried by hand.
    private static readonly string[] Elsewhere = ["Id", "Tags", "AppSettings"];

    public static TheoryData<Type> Records => [.. typeof(AzureResourcesPlugin).Assembly.GetTypes().Where(type => type.IsDefined(typeof(ArmTypeAttribute)))];

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_property_stands_somewhere(Type record)
    {
        var rules = record.GetCustomAttribute<ArmTypeAttribute>()!;

        var lost = record.GetProperties().Where(property => property.CanWrite && !property.IsDefined(typeof(ArmAttribute)) && !Elsewhere.Contains(property.Name) && !rules.Id.Contains($"{{{property.Name}}}", StringComparison.Ordinal));

        Assert.Empty(lost.Select(property => property.Name));
        Assert.Equal(rules.IsTagged, record.GetProperty("Tags") is not null);
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void What_makes_the_id_and_what_a_patch_may_not_hold_cannot_be_changed(Type record)
    {
        var rules = record.GetCustomAttribute<ArmTypeAttribute>()!;
        foreach (var property in record.GetProperties().Where(property => rules.Id.Contains($"{{{property.Name}}}", StringComparison.Ordinal) || property.Name == "Location"))
            Assert.True(property.IsDefined(typeof(CreateOnlyAttribute)), property.Name);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var properties = JsonNode.Parse("""
            {"Location":"West Europe","AddressPrefix":"10.0.0.0/24","NetworkSecurityGroupId":"/subscriptions/a/nsg","Delegations":[{"Name":"x","ServiceName":"S"}],"ServiceEndpoints":[{"Service":"Q"}]}
            """)!.AsObject();
        var shape = ArmShape.Of(typeof(Subnet));

        var written = shape.Write(properties);

        Assert.Equal("""{"properties":{"addressPrefix":"10.0.0.0/24","networkSecurityGroup":{"id":"/subscriptions/a/nsg"},"serviceEndpoints":[{"service":"Q"}],"delegations":[{"name":"x","properties":{"serviceName":"S"}}]}}""", written.ToJsonString());
        properties.Remove("Location");
        Assert.True(JsonNode.DeepEquals(properties, shape.Read(written, null)));
    }

    [Fact]
    public void What_Azure_spells_in_its_own_way_is_as_the_document_says()
    {
        var known = JsonNode.Parse("""{"Location":"West Europe","Sku":"standard_lrs"}""")!.AsObject();
        var live = JsonNode.Parse("""{"location":"westeurope","sku":{"name":"Standard_LRS"}}""")!.AsObject();

        Assert.True(JsonNode.DeepEquals(known, ArmShape.Of(typeof(StorageAccount)).Read(live, known)));
        Assert.Equal("westeurope", (string?)ArmShape.Of(typeof(StorageAccount)).Read(live, null)["Location"]);
        Assert.Equal("northeurope", (string?)ArmShape.Of(typeof(StorageAccount)).Read(JsonNode.Parse("""{"location":"northeurope"}""")!.AsObject(), known)["Location"]);
    }

    [Fact]
    public void An_identity_is_known_in_whatever_spelling()
    {
        var template = new IdTemplate("/resourceGroups/{ResourceGroup}/providers/Microsoft.X/things/{Name}");

        Assert.Equal("/subscriptions/s/resourceGroups/Web/providers/Microsoft.X/things/One", template.Normalized("/subscriptions/s/resourcegroups/Web/providers/microsoft.x/THINGS/One", "s"));
        Assert.Null(template.Normalized("/subscriptions/s/resourceGroups/Web/providers/Microsoft.X/others/One", "s"));
        Assert.Equal("Microsoft.X/things", template.Type);
    }
}
