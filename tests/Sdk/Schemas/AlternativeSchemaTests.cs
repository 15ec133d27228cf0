using Formae.Model;

namespace Formae.Sdk.Tests.Schemas;

public sealed class AlternativeSchemaTests
{
    [Fact]
    public void Alternatives_and_conditions_are_announced_by_their_paths()
    {
        var hints = SchemaGenerator.Generate<Shop>().Hints;

        Assert.Equal(["Rooms.Door", "Rooms.Gate"], hints.Where(hint => hint.Value.OneOf == "entrance").Select(hint => hint.Key));
        Assert.Equal(new FieldCondition { Field = "Rooms.Kind", Value = "Store" }, hints["Rooms.Shelves"].OnlyWhen);
        Assert.Equal(new FieldCondition { Field = "Kind", Value = "Rented" }, hints["Rent"].OnlyWhen);
        Assert.Equal(new FieldCondition { Field = "Open", Value = "true" }, hints["Rooms.Hours"].OnlyWhen);
    }

    [Fact]
    public void An_alternative_of_nothing_else_is_refused() =>
        Assert.Contains("'B.X' is an alternative of the group 'one'", Assert.Throws<InvalidOperationException>(() => SchemaGenerator.Generate<Alone>()).Message);

    [Fact]
    public void An_alternative_that_is_required_is_refused() => Assert.Contains("'A' is required", Assert.Throws<InvalidOperationException>(() => SchemaGenerator.Generate<Required>()).Message);

    [Fact]
    public void A_condition_on_nothing_is_refused() => Assert.Contains("'Nothing'", Assert.Throws<InvalidOperationException>(() => SchemaGenerator.Generate<Unfounded>()).Message);

    [ResourceType("Test::A::Shop")]
    public sealed record Shop
    {
        public string? Kind { get; init; }

        public bool? Open { get; init; }

        [OnlyWhen(nameof(Kind), "Rented")]
        public int? Rent { get; init; }

        [KeyedSet(nameof(Room.Name))]
        public IReadOnlyList<Room>? Rooms { get; init; }
    }

    public sealed record Room
    {
        public required string Name { get; init; }

        public string? Kind { get; init; }

        [OneOf("entrance")]
        public string? Door { get; init; }

        [OneOf("entrance")]
        public string? Gate { get; init; }

        [OnlyWhen(nameof(Kind), "Store")]
        public int? Shelves { get; init; }

        [OnlyWhen(nameof(Shop.Open), "true")]
        public string? Hours { get; init; }
    }

    [ResourceType("Test::A::Alone")]
    public sealed record Alone
    {
        [OneOf("one")]
        public string? A { get; init; }

        [OneOf("one")]
        public string? C { get; init; }

        public Inner? B { get; init; }
    }

    public sealed record Inner
    {
        [OneOf("one")]
        public string? X { get; init; }
    }

    [ResourceType("Test::A::Required")]
    public sealed record Required
    {
        [OneOf("one")]
        public required string A { get; init; }

        [OneOf("one")]
        public string? B { get; init; }
    }

    [ResourceType("Test::A::Unfounded")]
    public sealed record Unfounded
    {
        [OnlyWhen("Nothing", "x")]
        public string? A { get; init; }
    }
}
