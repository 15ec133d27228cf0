using Formae.Sdk;

namespace Formae.Plugins.FakeAws;

[ResourceType("FakeAWS::Generic::Resource", Identifier = nameof(Name))]
[Description("One field of each kind, for tests that know nothing of clouds.")]
public sealed record GenericResource
{
    [CreateOnly]
    public required string Name { get; init; }

    public string? Value { get; init; }

    [Set]
    public IReadOnlyList<string>? SetTags { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? EntityTags { get; init; }

    [OrderedList]
    public IReadOnlyList<string>? OrderedItems { get; init; }
}

internal sealed class GenericResourceHandler(FakeAwsService aws) : FakeHandler<GenericResource>(aws, FakeAwsJson.Default.GenericResource, "fake-generic")
{
    protected override string? NameOf(GenericResource resource) => resource.Name;
}

[ResourceType("FakeAWS::Generic::ChildResource", Identifier = nameof(Name), Parent = "FakeAWS::Generic::Resource")]
[ParentProperty(nameof(GenericResource.Name), nameof(ParentId))]
[Description("As Generic::Resource, below one of those.")]
public sealed record ChildResource
{
    [CreateOnly]
    public required string Name { get; init; }

    public required string ParentId { get; init; }

    public string? Value { get; init; }

    [Set]
    public IReadOnlyList<string>? SetTags { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? EntityTags { get; init; }

    [OrderedList]
    public IReadOnlyList<string>? OrderedItems { get; init; }
}

internal sealed class ChildResourceHandler(FakeAwsService aws) : FakeHandler<ChildResource>(aws, FakeAwsJson.Default.ChildResource, "fake-child")
{
    protected override string? NameOf(ChildResource resource) => resource.Name;

    protected override string? ParentOf(ChildResource resource) => resource.ParentId;

    protected override string? ParentParameter => nameof(ChildResource.ParentId);
}

[ResourceType("FakeAWS::Generic::GrandchildResource", Identifier = nameof(Name), Parent = "FakeAWS::Generic::ChildResource")]
[ParentProperty(nameof(ChildResource.Name), nameof(ParentId))]
[Description("As Generic::Resource, below a Generic::ChildResource.")]
public sealed record GrandchildResource
{
    [CreateOnly]
    public required string Name { get; init; }

    public required string ParentId { get; init; }

    public string? Value { get; init; }

    [Set]
    public IReadOnlyList<string>? SetTags { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? EntityTags { get; init; }

    [OrderedList]
    public IReadOnlyList<string>? OrderedItems { get; init; }
}

internal sealed class GrandchildResourceHandler(FakeAwsService aws) : FakeHandler<GrandchildResource>(aws, FakeAwsJson.Default.GrandchildResource, "fake-grandchild")
{
    protected override string? NameOf(GrandchildResource resource) => resource.Name;

    protected override string? ParentOf(GrandchildResource resource) => resource.ParentId;

    protected override string? ParentParameter => nameof(GrandchildResource.ParentId);
}
