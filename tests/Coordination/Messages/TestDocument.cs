using System.Text.Json;

namespace Formae.Coordination.Tests.Messages;

/// <summary>A document of generic resources on one stack.</summary>
internal static class TestDocument
{
    public const string Type = "FakeAWS::Generic::Resource";

    public static string Of(string stack, params IEnumerable<(string Name, object? Value)> resources) => JsonSerializer.Serialize(new
    {
        Stacks = new[] { new { Label = stack } },
        Targets = new[] { new { Label = "eu", Namespace = "FakeAWS", Config = new { Region = "eu-1" } } },
        Resources = resources.Select(resource => new { Label = resource.Name, Type, Stack = stack, Target = "eu", Properties = new { resource.Name, resource.Value } }),
    }, Options);

    /// <summary>The value of another resource.</summary>
    public static object ValueOf(string stack, string label) =>
        new Dictionary<string, object> { ["$res"] = true, ["$label"] = label, ["$type"] = Type, ["$stack"] = stack, ["$property"] = "Value" };

    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };
}
