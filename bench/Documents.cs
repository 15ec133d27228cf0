using System.Text.Json;

namespace Formae.Bench;

/// <summary>Formas of any size, as JSON.</summary>
internal static class Documents
{
    /// <summary>Buckets that know nothing of each other.</summary>
    /// <param name="stack">Also part of the names, so that two stacks can live in one cloud.</param>
    /// <param name="count">How many.</param>
    /// <param name="place">The target.</param>
    /// <param name="versioning">The one field that an update changes.</param>
    public static byte[] Buckets(string stack, int count, Place place, bool versioning = false) => Write(stack, place, json =>
    {
        for (var i = 0; i < count; i++)
        {
            Begin(json, $"bucket-{i}", "FakeAWS::S3::Bucket", stack, place);
            json.WriteString("BucketName", $"{stack}-{i}");
            json.WriteBoolean("VersioningEnabled", versioning);
            json.WriteString("Acl", "Private");
            json.WriteStartArray("Tags");
            json.WriteStartObject();
            json.WriteString("Key", "number");
            json.WriteString("Value", $"{i}");
            json.WriteEndObject();
            json.WriteEndArray();
            End(json);
        }
    });

    /// <summary>Resources of which each needs the id that the cloud gave to the one before.</summary>
    public static byte[] Chain(string stack, int count, Place place) => Write(stack, place, json =>
    {
        for (var i = 0; i < count; i++)
        {
            Begin(json, $"link-{i}", "FakeAWS::Versioned::Consumer", stack, place);
            json.WriteString("Name", $"{stack}-{i}");
            if (i > 0)
            {
                json.WriteStartObject("ParentRef");
                json.WriteBoolean("$res", true);
                json.WriteString("$label", $"link-{i - 1}");
                json.WriteString("$type", "FakeAWS::Versioned::Consumer");
                json.WriteString("$stack", stack);
                json.WriteString("$property", "ConsumerId");
                json.WriteEndObject();
            }

            End(json);
        }
    });

    /// <summary>Resources that all need the id of one.</summary>
    public static byte[] Fan(string stack, int count, Place place, string parent) => Write(stack, place, json =>
    {
        Begin(json, "parent", "FakeAWS::Versioned::Parent", stack, place);
        json.WriteString("Name", parent);
        End(json);
        for (var i = 0; i < count; i++)
        {
            Begin(json, $"consumer-{i}", "FakeAWS::Versioned::Consumer", stack, place);
            json.WriteString("Name", $"{stack}-{i}");
            json.WriteStartObject("ParentRef");
            json.WriteBoolean("$res", true);
            json.WriteString("$label", "parent");
            json.WriteString("$type", "FakeAWS::Versioned::Parent");
            json.WriteString("$stack", stack);
            json.WriteString("$property", "ParentId");
            json.WriteEndObject();
            End(json);
        }
    });

    private static byte[] Write(string stack, Place place, Action<Utf8JsonWriter> resources)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("Stacks");
            json.WriteStartObject();
            json.WriteString("Label", stack);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartArray("Targets");
            json.WriteStartObject();
            json.WriteString("Label", place.Label);
            json.WriteString("Namespace", "FakeAWS");
            json.WriteStartObject("Config");
            json.WriteString("Region", "eu-west-1");
            json.WriteString("CloudFile", place.CloudFile);
            if (place.LatencyMs > 0)
                json.WriteNumber("LatencyMs", place.LatencyMs);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartArray("Resources");
            resources(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Begin(Utf8JsonWriter json, string label, string type, string stack, Place place)
    {
        json.WriteStartObject();
        json.WriteString("Label", label);
        json.WriteString("Type", type);
        json.WriteString("Stack", stack);
        json.WriteString("Target", place.Label);
        json.WriteStartObject("Properties");
    }

    private static void End(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.WriteEndObject();
    }
}

/// <summary>A target of the pretended cloud.</summary>
internal sealed record Place(string Label, string CloudFile, int LatencyMs = 0);
