using Formae.Sdk;

namespace Formae.Plugins.FakeAws;

[ResourceType("FakeAWS::Versioned::Parent", Identifier = nameof(ParentId))]
[Description("Its name cannot be changed, so that a new name means a new object.")]
public sealed record VersionedParent
{
    [CreateOnly]
    public required string Name { get; init; }

    public string? Value { get; init; }

    [ReadOnly]
    public string? ParentId { get; init; }

    [ReadOnly]
    public string? Arn { get; init; }
}

internal sealed class VersionedParentHandler(FakeAwsService aws) : FakeHandler<VersionedParent>(aws, FakeAwsJson.Default.VersionedParent, "fake-parent")
{
    protected override string? NameOf(VersionedParent parent) => parent.Name;

    protected override VersionedParent Complete(VersionedParent stored, string nativeId, string region) =>
        stored with { ParentId = nativeId, Arn = $"arn:fake:versioned:{region}:000000000000:parent/{nativeId}" };
}

[ResourceType("FakeAWS::Versioned::Consumer", Identifier = nameof(ConsumerId))]
[Description("Refers to a parent, and can be pointed at another one in place.")]
public sealed record VersionedConsumer
{
    public string? Name { get; init; }

    public string? ParentRef { get; init; }

    public string? Value { get; init; }

    [ReadOnly]
    public string? ConsumerId { get; init; }
}

internal sealed class VersionedConsumerHandler(FakeAwsService aws) : FakeHandler<VersionedConsumer>(aws, FakeAwsJson.Default.VersionedConsumer, "fake-consumer")
{
    protected override string? NameOf(VersionedConsumer consumer) => consumer.Name;

    protected override VersionedConsumer Complete(VersionedConsumer stored, string nativeId, string region) => stored with { ConsumerId = nativeId };
}
