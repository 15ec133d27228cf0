using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.FakeAws;

public sealed class FakeAwsConformanceTests
{
    public static TheoryData<Sample> Samples { get; } = new(
        Sample.Of(
            "FakeAWS::S3::Bucket",
            """{"BucketName":"logs","Policy":"{\"a\":1}","Tags":[{"Key":"Name","Value":"logs"},{"Key":"env","Value":"test"}]}""",
            """{"BucketName":"logs","VersioningEnabled":true,"Acl":"PublicRead","Tags":[{"Key":"env","Value":"prod"}]}"""),
        Sample.Of("FakeAWS::EC2::VPC", """{"CidrBlock":"10.0.0.0/16"}""", """{"CidrBlock":"10.0.0.0/16","EnableDnsHostnames":true}"""),
        Sample.Of("FakeAWS::EC2::VPCCidrBlock", """{"VpcId":"fake-vpc-000001","CidrBlock":"10.1.0.0/16"}"""),
        Sample.Of(
            "FakeAWS::EC2::Instance",
            """{"ImageId":"ami-1","SecurityGroupIds":["a","b"],"UserData":"#!/bin/sh"}""",
            """{"ImageId":"ami-1","InstanceType":"t3.large","SecurityGroupIds":["b"]}"""),
        Sample.Of("FakeAWS::Versioned::Parent", """{"Name":"p"}""", """{"Name":"p","Value":"1"}"""),
        Sample.Of("FakeAWS::Versioned::Consumer", """{"Name":"c","ParentRef":"fake-parent-1"}""", """{"Name":"c","ParentRef":"fake-parent-2"}"""),
        Sample.Of(
            "FakeAWS::SecretsManager::Secret",
            """{"Name":"db","SecretString":"hunter2-planted-secret"}""",
            """{"Name":"db","Description":"new","SecretString":"hunter3-planted-secret"}"""),
        Sample.Of(
            "FakeAWS::Generic::Resource",
            """{"Name":"g","Value":"a","SetTags":["x","y"],"EntityTags":[{"Key":"k","Value":"v"}],"OrderedItems":["1","2"]}""",
            """{"Name":"g","Value":"b","SetTags":["z"],"EntityTags":[{"Key":"k","Value":"w"}],"OrderedItems":["2","1"]}"""),
        Sample.Of("FakeAWS::Generic::ChildResource", """{"Name":"c","ParentId":"g"}""", """{"Name":"c","ParentId":"g","Value":"b"}"""),
        Sample.Of("FakeAWS::Generic::GrandchildResource", """{"Name":"gc","ParentId":"c"}""", """{"Name":"gc","ParentId":"c","Value":"b"}"""),
        Sample.Of(
            "FakeAWS::Test::Everything",
            """{"Name":"e","Owner":"me","Bag":["a","b"],"Ports":[{"Number":1}],"Steps":["1"],"Rules":[{"Key":"k"}],"Placement":{"Zone":"z"},"Window":{"From":1},"Policy":"{\"a\":1}","Script":"s","Seed":"d","Secret":"planted-secret","Anything":[1]}""",
            """{"Name":"e","Owner":"me","Token":"t","Value":"v","Size":"large","Bag":["b"],"Ports":[{"Number":2,"Protocol":"udp"}],"Steps":["2","1"],"Placement":{"Zone":"y"},"Window":{"To":2},"Script":"t","Secret":"planted-secret-2","Anything":"x"}"""));

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_type_keeps_to_the_contract(Sample sample)
    {
        using var scratch = new Scratch();
        await using var plugin = scratch.FakeAws();
        await Conformance.RunAsync(plugin, sample, TestContext.Current.CancellationToken);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_type_keeps_to_the_contract_when_creates_take_long(Sample sample)
    {
        using var scratch = new Scratch();
        await using var plugin = scratch.FakeAws();
        plugin.TargetConfig = Requests.Json("""{"AsyncCreates":true,"Region":"eu-north-1"}""");
        await Conformance.RunAsync(plugin, sample, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Every_type_has_a_sample()
    {
        using var scratch = new Scratch();
        await using var plugin = scratch.FakeAws();
        Assert.Equal(plugin.Operator.Types.Select(t => t.Name).Order(), Samples.Select(s => s.Data.Type).Order());
    }
}
