using System.Text.Json.Nodes;

namespace Formae.Distributed.Tests;

/// <summary>A document, written bit by bit.</summary>
internal sealed class DocumentBuilder
{
    public const string Bucket = "FakeAWS::S3::Bucket";
    public const string Vpc = "FakeAWS::EC2::VPC";
    public const string Instance = "FakeAWS::EC2::Instance";
    public const string GenericResource = "FakeAWS::Generic::Resource";
    public const string LocalFile = "Local::Fs::File";
    public const string RandomId = "Local::Random::Id";

    private readonly JsonArray _stacks = [];
    private readonly JsonArray _targets = [];
    private readonly JsonArray _resources = [];

    public int Count => _resources.Count;

    public DocumentBuilder Stack(string label)
    {
        _stacks.Add(new JsonObject { ["Label"] = label });
        return this;
    }

    public DocumentBuilder Target(string label, string plugin, JsonObject? config = null)
    {
        _targets.Add(new JsonObject { ["Label"] = label, ["Namespace"] = plugin, ["Config"] = config ?? [] });
        return this;
    }

    public DocumentBuilder Resource(string stack, string target, string type, string label, params (string Name, JsonNode? Value)[] properties)
    {
        var values = new JsonObject(properties.Select(property => KeyValuePair.Create(property.Name, property.Value)));
        _resources.Add(new JsonObject { ["Label"] = label, ["Type"] = type, ["Stack"] = stack, ["Target"] = target, ["Properties"] = values });
        return this;
    }

    public static JsonObject Reference(string stack, string type, string label, string property) =>
        new() { ["$res"] = true, ["$label"] = label, ["$type"] = type, ["$stack"] = stack, ["$property"] = property };

    public override string ToString() => new JsonObject { ["Stacks"] = _stacks.DeepClone(), ["Targets"] = _targets.DeepClone(), ["Resources"] = _resources.DeepClone() }.ToJsonString();
}
