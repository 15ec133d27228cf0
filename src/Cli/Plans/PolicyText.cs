using System.Text.Json;
using Formae.Protocol.Http;

namespace Formae.Cli.Plans;

/// <summary>What happens to one policy, in a line.</summary>
internal static class PolicyText
{
    public static (ChangeKind Kind, string Name, string Notes) Of(PolicyUpdate update)
    {
        var stack = update.StackLabel is { Length: > 0 } label ? label : null;
        return update.Operation.ToLowerInvariant() switch
        {
            "attach" => (ChangeKind.Create, Name(update), $"for stack {stack} from now on"),
            "detach" => (ChangeKind.Delete, Name(update), $"no longer for stack {stack}"),
            "skip" => (ChangeKind.Keep, Name(update), $"stays, because it is used by {string.Join(", ", update.ReferencingStacks ?? [])}"),
            var operation => (ResourceChange.KindOf(operation), Name(update), stack is null ? "" : $"of stack {stack}"),
        };
    }

    public static IReadOnlyList<PatchLine> Lines(PolicyUpdate update)
    {
        var before = Fields(update.OldPolicyConfig);
        return update.Operation.ToLowerInvariant() switch
        {
            "create" => [.. Fields(update.PolicyConfig).Select(field => new PatchLine("+", field.Key, null, field.Value))],
            "update" => [.. Fields(update.PolicyConfig).Where(field => !before.TryGetValue(field.Key, out var old) || !JsonElement.DeepEquals(old, field.Value))
                .Select(field => before.TryGetValue(field.Key, out var old) ? new PatchLine("~", field.Key, old, field.Value) : new PatchLine("+", field.Key, null, field.Value))],
            _ => [],
        };
    }

    private static string Name(PolicyUpdate update) => $"policy {update.PolicyLabel}";

    // Type and label are in the head of it.
    private static Dictionary<string, JsonElement> Fields(JsonElement? config) => config is { ValueKind: JsonValueKind.Object } value
        ? value.EnumerateObject().Where(field => field.Name is not ("Type" or "Label")).ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal)
        : [];
}
