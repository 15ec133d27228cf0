using System.Text.Json;
using Formae.Sdk;

namespace Formae.Plugins.FakeAws;

[ResourceType("FakeAWS::Test::Everything", Identifier = nameof(Name))]
[Description("A field for each behaviour that a field can have, for tests.")]
public sealed record Everything
{
    [CreateOnly]
    public required string Name { get; init; }

    [RequiredOnCreate]
    public string? Owner { get; init; }

    [RequiredOnUpdate]
    public string? Token { get; init; }

    public string? Value { get; init; }

    [ProviderDefault]
    public string? Size { get; init; }

    public IReadOnlyList<string>? Bag { get; init; }

    [Set]
    public IReadOnlyList<Port>? Ports { get; init; }

    [OrderedList]
    public IReadOnlyList<string>? Steps { get; init; }

    [KeyedSet(nameof(Rule.Key))]
    public IReadOnlyList<Rule>? Rules { get; init; }

    [KeyedSet(nameof(Tag.Key)), ProviderDefault]
    public IReadOnlyList<Tag>? Features { get; init; }

    public Placement? Placement { get; init; }

    [Atomic]
    public Window? Window { get; init; }

    [JsonText]
    public string? Policy { get; init; }

    [WriteOnly]
    public string? Script { get; init; }

    [WriteOnly, CreateOnly]
    public string? Seed { get; init; }

    [Opaque]
    public string? Secret { get; init; }

    public JsonElement? Anything { get; init; }

    [ReadOnly]
    public string? Arn { get; init; }
}

public sealed record Port
{
    public required int Number { get; init; }

    [ProviderDefault]
    public string? Protocol { get; init; }

    [ReadOnly]
    public string? Id { get; init; }
}

public sealed record Rule
{
    public required string Key { get; init; }

    public string? Value { get; init; }

    [ProviderDefault]
    public int? Priority { get; init; }
}

public sealed record Placement
{
    [CreateOnly]
    public string? Rack { get; init; }

    public string? Note { get; init; }

    [RequiredOnCreate]
    public string? Zone { get; init; }
}

public sealed record Window
{
    public int? From { get; init; }

    public int? To { get; init; }
}

internal sealed class EverythingHandler(FakeAwsService aws) : FakeHandler<Everything>(aws, FakeAwsJson.Default.Everything, "fake-everything")
{
    private const string BaseFeature = "base";

    protected override string? NameOf(Everything resource) => resource.Name;

    protected override Everything Complete(Everything stored, string nativeId, string region) => stored with
    {
        Size = stored.Size ?? "small",
        Ports = stored.Ports?.Select(port => port with { Protocol = port.Protocol ?? "tcp", Id = $"{nativeId}-{port.Number}" }).ToList(),
        Rules = stored.Rules?.Select(rule => rule with { Priority = rule.Priority ?? 100 }).ToList(),
        Features = [.. (stored.Features ?? []).Where(feature => feature.Key != BaseFeature), new Tag { Key = BaseFeature, Value = "on" }],
        Script = null,
        Seed = null,
        Arn = $"arn:fake:everything:{region}:{nativeId}",
    };

    // A secret that nobody knows any more and that did not change comes as null.
    protected override Everything Merge(Everything live, Everything desired) => desired with { Secret = desired.Secret ?? live.Secret };
}
