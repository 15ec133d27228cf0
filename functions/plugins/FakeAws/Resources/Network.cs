using Formae.Sdk;

namespace Formae.Plugins.FakeAws;

[ResourceType("FakeAWS::EC2::VPC", Identifier = nameof(VpcId))]
[Description("A network of one's own.")]
public sealed record Vpc
{
    [CreateOnly]
    public required string CidrBlock { get; init; }

    [ProviderDefault]
    public bool? EnableDnsSupport { get; init; }

    [ProviderDefault]
    public bool? EnableDnsHostnames { get; init; }

    [CreateOnly, ProviderDefault]
    public string? InstanceTenancy { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? Tags { get; init; }

    [ReadOnly]
    public string? VpcId { get; init; }

    [ReadOnly]
    public string? Arn { get; init; }

    [ReadOnly]
    public string? State { get; init; }

    [ReadOnly]
    public string? DefaultSecurityGroup { get; init; }
}

internal sealed class VpcHandler(FakeAwsService aws) : FakeHandler<Vpc>(aws, FakeAwsJson.Default.Vpc, "fake-vpc")
{
    protected override Vpc Complete(Vpc stored, string nativeId, string region) => stored with
    {
        EnableDnsSupport = stored.EnableDnsSupport ?? true,
        EnableDnsHostnames = stored.EnableDnsHostnames ?? false,
        InstanceTenancy = stored.InstanceTenancy ?? "default",
        VpcId = nativeId,
        Arn = $"arn:fake:ec2:{region}:000000000000:vpc/{nativeId}",
        State = "available",
        DefaultSecurityGroup = $"fake-sg-of-{nativeId}",
    };
}

[ResourceType("FakeAWS::EC2::VPCCidrBlock", Identifier = nameof(AssociationId), Parent = "FakeAWS::EC2::VPC")]
[ParentProperty(nameof(Vpc.VpcId), nameof(VpcId))]
[Description("A further address range, attached to a network.")]
public sealed record VpcCidrBlock
{
    [CreateOnly, AttachesTo]
    public required string VpcId { get; init; }

    [CreateOnly]
    public required string CidrBlock { get; init; }

    [ReadOnly]
    public string? AssociationId { get; init; }

    [ReadOnly]
    public string? State { get; init; }
}

internal sealed class VpcCidrBlockHandler(FakeAwsService aws) : FakeHandler<VpcCidrBlock>(aws, FakeAwsJson.Default.VpcCidrBlock, "fake-cidr")
{
    protected override string? ParentOf(VpcCidrBlock block) => block.VpcId;

    protected override string? ParentParameter => nameof(VpcCidrBlock.VpcId);

    protected override VpcCidrBlock Complete(VpcCidrBlock stored, string nativeId, string region) => stored with { AssociationId = nativeId, State = "associated" };
}

[ResourceType("FakeAWS::EC2::Instance", Identifier = nameof(InstanceId))]
[Description("A machine.")]
public sealed record Instance
{
    [CreateOnly]
    public required string ImageId { get; init; }

    [ProviderDefault]
    public string? InstanceType { get; init; }

    [CreateOnly]
    public string? VpcId { get; init; }

    [Set]
    public IReadOnlyList<string>? SecurityGroupIds { get; init; }

    [WriteOnly, Description("Run at the first start; no read returns it.")]
    public string? UserData { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? Tags { get; init; }

    [ReadOnly]
    public string? InstanceId { get; init; }

    [ReadOnly]
    public string? Arn { get; init; }

    [ReadOnly]
    public string? State { get; init; }

    [ReadOnly]
    public string? PrivateIp { get; init; }

    [ReadOnly]
    public string? PrivateDnsName { get; init; }
}

internal sealed class InstanceHandler(FakeAwsService aws) : FakeHandler<Instance>(aws, FakeAwsJson.Default.Instance, "fake-instance")
{
    protected override Instance Complete(Instance stored, string nativeId, string region)
    {
        var number = NumberOf(nativeId);
        var address = $"10.{number / 65536 % 256}.{number / 256 % 256}.{number % 256}";
        return stored with
        {
            InstanceType = stored.InstanceType ?? "t3.micro",
            UserData = null,
            InstanceId = nativeId,
            Arn = $"arn:fake:ec2:{region}:000000000000:instance/{nativeId}",
            State = "running",
            PrivateIp = address,
            PrivateDnsName = $"ip-{address.Replace('.', '-')}.{region}.compute.fake",
        };
    }
}
