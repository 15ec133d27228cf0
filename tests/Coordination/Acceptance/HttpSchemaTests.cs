using Formae.Coordination.Tests.Cluster;

namespace Formae.Coordination.Tests.Acceptance;

public sealed class HttpSchemaTests
{
    [Fact]
    public async Task The_schema_of_documents_has_the_types_of_the_plugins_and_is_answered_with_304_to_who_has_it()
    {
        await using var plane = await ControlPlane.StartAsync();

        var first = await new HttpCaller(plane).GetAsync("/api/v1/schemas/forma.json");

        Assert.Equal(200, first.Status);
        Assert.Equal("application/schema+json; charset=utf-8", first.Headers.ContentType);
        var vpc = first.Json.GetProperty("$defs").GetProperty("FakeAWS::EC2::VPC");
        Assert.Equal("A network of one's own.", vpc.GetProperty("description").GetString());
        Assert.Equal("CidrBlock", Assert.Single(vpc.GetProperty("required").EnumerateArray()).GetString());
        Assert.False(vpc.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal("A secret.", first.Json.GetProperty("$defs").GetProperty("target.FakeAWS").GetProperty("properties").GetProperty("Token").GetProperty("description").GetString()!.Split(". ")[^1]);

        var again = await new HttpCaller(plane) { Headers = { ["If-None-Match"] = first.Headers.ETag.ToString() } }.GetAsync("/api/v1/schemas/forma.json");
        Assert.Equal((304, ""), (again.Status, again.Text));
        var other = await new HttpCaller(plane) { Headers = { ["If-None-Match"] = "\"older\"" } }.GetAsync("/api/v1/schemas/forma.json");
        Assert.Equal(200, other.Status);
    }

    [Fact]
    public async Task Each_plugin_has_a_module_in_Pkl_beside_the_one_that_they_import()
    {
        await using var plane = await ControlPlane.StartAsync();
        var http = new HttpCaller(plane);

        Assert.Contains("open module formae", (await http.GetAsync("/api/v1/schemas/formae.pkl")).Text, StringComparison.Ordinal);
        Assert.Contains("class Ec2Vpc extends formae.Resource", (await http.GetAsync("/api/v1/schemas/FakeAWS.pkl")).Text, StringComparison.Ordinal);
        var missing = await http.GetAsync("/api/v1/schemas/Nobody.pkl");
        Assert.Equal(404, missing.Status);
        Assert.Contains("forma.json", missing.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
