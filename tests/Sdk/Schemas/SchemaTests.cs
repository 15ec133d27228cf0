using System.Text.Json;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Plugins.Local;

namespace Formae.Sdk.Tests.Schemas;

public sealed class SchemaTests
{
    [Theory]
    [InlineData(typeof(Everything))]
    [InlineData(typeof(Bucket))]
    [InlineData(typeof(VpcCidrBlock))]
    [InlineData(typeof(RandomPassword))]
    public void A_schema_is_read_off_a_record(Type record)
    {
        Golden.Check($"schema-{record.Name}", JsonSerializer.SerializeToElement(SchemaGenerator.Generate(record)));
        Golden.Check($"json-schema-{record.Name}", JsonSchemaGenerator.Generate(record));
    }

    [Fact]
    public void An_identifier_that_is_no_property_is_refused() =>
        Assert.Contains("'Nothing'", Assert.Throws<InvalidOperationException>(() => SchemaGenerator.Generate<WrongIdentifier>()).Message);

    [Fact]
    public void A_key_that_the_elements_do_not_have_is_refused() =>
        Assert.Contains("'Nothing'", Assert.Throws<InvalidOperationException>(() => SchemaGenerator.Generate<WrongKey>()).Message);

    [Fact]
    public void A_record_without_the_attribute_is_refused() => Assert.Throws<InvalidOperationException>(() => SchemaGenerator.Generate<Tag>());

    [Fact]
    public void A_type_that_contains_itself_ends()
    {
        var schema = SchemaGenerator.Generate<Tree>();
        Assert.Equal(["Branches", "Name"], schema.Hints.Keys.Order());
    }

    [Fact]
    public void A_parent_mapping_is_carried()
    {
        var schema = SchemaGenerator.Generate<VpcCidrBlock>();
        Assert.Equal(new ParentMapping { ParentProperty = "VpcId", ChildProperty = "VpcId" }, Assert.Single(schema.ParentMappings!));
    }

    [ResourceType("Test::A::Everything", Identifier = nameof(Name), Portable = true, Discoverable = false, Extractable = false, Parent = "Test::A::Parent", Notice = "There is one of each.")]
    [Description("One of each.")]
    public sealed record Everything
    {
        [CreateOnly, Description("What it is called.")]
        public required string Name { get; init; }

        [Opaque, WriteOnly, RequiredOnCreate]
        public string? Password { get; init; }

        [RequiredOnUpdate]
        public required int Count { get; init; }

        [ProviderDefault]
        public double? Ratio { get; init; }

        public bool? Flag { get; init; }

        [Set]
        public IReadOnlyList<string>? Members { get; init; }

        [KeyedSet(nameof(Part.Id))]
        public IReadOnlyList<Part>? Parts { get; init; }

        [OrderedList]
        public int[]? Order { get; init; }

        [Atomic]
        public Part? Whole { get; init; }

        [JsonText]
        public string? Document { get; init; }

        [AttachesTo]
        public string? Attached { get; init; }

        [RuntimeDependency]
        public string? Needs { get; init; }

        public IReadOnlyDictionary<string, string>? Labels { get; init; }

        public DayOfWeek? Day { get; init; }

        public TimeSpan? Wait { get; init; }

        public JsonElement? Anything { get; init; }

        [ReadOnly]
        public string? Arn { get; init; }

        [ReadOnly, Opaque]
        public string? Token { get; init; }
    }

    public sealed record Part
    {
        public required string Id { get; init; }

        [Opaque]
        public string? Secret { get; init; }

        [ProviderDefault]
        public long? Size { get; init; }
    }

    [ResourceType("Test::A::WrongIdentifier", Identifier = "Nothing")]
    public sealed record WrongIdentifier
    {
        public string? Name { get; init; }
    }

    [ResourceType("Test::A::WrongKey")]
    public sealed record WrongKey
    {
        [KeyedSet("Nothing")]
        public IReadOnlyList<Part>? Parts { get; init; }
    }

    [ResourceType("Test::A::Tree")]
    public sealed record Tree
    {
        public string? Name { get; init; }

        public IReadOnlyList<Tree>? Branches { get; init; }
    }
}
