using System.Text.Json;

namespace Formae.Model;

/// <summary>The policies of a stack and of a document, as JSON: objects, and references to standalone ones.</summary>
public static class Policies
{
    /// <summary>The label that <c>{"$ref":"policy://LABEL"}</c> names; null for an inline policy.</summary>
    public static string? ReferenceOf(JsonElement policy) =>
        policy.ValueKind == JsonValueKind.Object && policy.TryGetProperty(Envelope.Reference, out var reference) && reference.ValueKind == JsonValueKind.String
        && reference.GetString()!.StartsWith(Policy.ReferencePrefix, StringComparison.Ordinal) ? reference.GetString()![Policy.ReferencePrefix.Length..] : null;

    /// <summary>Labels of the standalone policies that a stack refers to.</summary>
    public static IEnumerable<string> ReferencedBy(Stack stack) => (stack.Policies ?? []).Select(ReferenceOf).OfType<string>();

    /// <summary>The policies that are written in the stack itself.</summary>
    public static IEnumerable<Policy> InlineOf(Stack stack) =>
        (stack.Policies ?? []).Where(policy => policy.ValueKind == JsonValueKind.Object && ReferenceOf(policy) is null).Select(Read);

    public static JsonElement ReferenceTo(string label) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString(Envelope.Reference, Policy.ReferencePrefix + label);
        writer.WriteEndObject();
    });

    /// <summary>A policy object. What it lacks stays null or empty; whether that may be was judged when the document was read.</summary>
    public static Policy Read(JsonElement policy) => new()
    {
        Type = Text(policy, nameof(Policy.Type)) ?? "",
        Label = Text(policy, nameof(Policy.Label)) ?? "",
        TtlSeconds = Number(policy, "TTLSeconds"),
        ExpiresAt = Text(policy, nameof(Policy.ExpiresAt)),
        OnDependents = Text(policy, nameof(Policy.OnDependents)),
        IntervalSeconds = Number(policy, nameof(Policy.IntervalSeconds)),
    };

    /// <summary>The object again: what it says, without when it last ran.</summary>
    public static JsonElement Write(Policy policy) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString(nameof(Policy.Type), policy.Type);
        if (policy.Label.Length > 0)
            writer.WriteString(nameof(Policy.Label), policy.Label);
        if (policy.TtlSeconds is { } seconds)
            writer.WriteNumber("TTLSeconds", seconds);
        if (policy.ExpiresAt is { } end)
            writer.WriteString(nameof(Policy.ExpiresAt), end);
        if (policy.OnDependents is { } onDependents)
            writer.WriteString(nameof(Policy.OnDependents), onDependents);
        if (policy.IntervalSeconds is { } interval)
            writer.WriteNumber(nameof(Policy.IntervalSeconds), interval);
        writer.WriteEndObject();
    });

    /// <summary>Whether two say the same, whatever they are called.</summary>
    public static bool SayTheSame(Policy left, Policy right) => Rule(left) == Rule(right);

    private static Policy Rule(Policy policy) => policy with
    {
        Label = "",
        LastReconcileAt = null,
        OnDependents = policy.Type == Policy.TimeToLive ? policy.OnDependents ?? "abort" : null,
    };

    private static string? Text(JsonElement policy, string key) =>
        policy.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement policy, string key) =>
        policy.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
