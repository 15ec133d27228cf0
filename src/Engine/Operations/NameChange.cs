using Formae.Engine.Planning;
using Formae.Model;

namespace Formae.Engine.Operations;

/// <summary>An update that changes where a resource stands in the inventory and nothing of the resource itself.</summary>
public static class NameChange
{
    /// <summary>What it is, in a sentence for the person who looks; null for an update that changes the resource (or may do so).</summary>
    public static string? Of(ResourceUpdate update)
    {
        if (update is not { Operation: ResourceOperation.Update, Existing: { } existing } || existing.Key == update.Resource.Key || !ExecutedPatch.IsEmpty(update))
            return null;
        if (existing.Stack == Stack.Unmanaged)
            return $"Adopted into the stack '{update.Resource.Stack}'; the resource itself was not changed.";
        var label = existing.Label == update.Resource.Label ? null : $"renamed from '{existing.Label}'";
        var stack = existing.Stack == update.Resource.Stack ? null : $"moved from the stack '{existing.Stack}'";
        var both = label is not null && stack is not null ? $"{label} and {stack}" : label ?? stack ?? "written in another case";
        return $"{char.ToUpperInvariant(both[0])}{both[1..]}; the resource itself was not changed.";
    }
}
