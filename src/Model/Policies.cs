using System.Text.Json;

namespace Formae.Model;

/// <summary>The policies of a stack: objects written inline, and references to standalone ones.</summary>
public static class Policies
{
    /// <summary>The label that <c>{"$ref":"policy://LABEL"}</c> names; null for an inline policy.</summary>
    public static string? ReferenceOf(JsonElement policy) =>
        policy.ValueKind == JsonValueKind.Object && policy.TryGetProperty(Envelope.Reference, out var reference) && reference.ValueKind == JsonValueKind.String
        && reference.GetString()!.StartsWith(Policy.ReferencePrefix, StringComparison.Ordinal) ? reference.GetString()![Policy.ReferencePrefix.Length..] : null;

    /// <summary>Labels of the standalone policies that a stack refers to.</summary>
    public static IEnumerable<string> ReferencedBy(Stack stack) => (stack.Policies ?? []).Select(ReferenceOf).OfType<string>();
}
