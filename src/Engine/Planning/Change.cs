using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>What happens to one resource. Until the plan is done an update may still become a replace, because of what else happens.</summary>
internal sealed class Change
{
    /// <summary>The live row; null for something new.</summary>
    public Resource? Existing { get; set; }

    /// <summary>What it shall be; null when it goes for good.</summary>
    public Resource? Desired { get; set; }

    /// <summary>Where the document declares it; null when it does not.</summary>
    public DeclaredResource? Declared { get; init; }

    public bool IsReplace { get; set; }

    public JsonElement? Patch { get; set; }

    public JsonElement? CreateOnlyPatch { get; set; }

    public string? GroupId { get; set; }

    /// <summary>Whether it would change if nothing else did.</summary>
    public bool IsOwn { get; init; }

    /// <summary>The label of what changes it, or changes it more than it would by itself.</summary>
    public string? CascadeSource { get; set; }

    /// <summary>Replaced producers, references to which are written again: KSUID → label.</summary>
    public SortedDictionary<string, string> Rewrites { get; } = new(StringComparer.Ordinal);

    /// <summary>Deleted producers that the document no longer speaks of: references to them become the plain values that they had.</summary>
    public HashSet<string> Released { get; } = new(StringComparer.Ordinal);

    public string Ksuid => (Desired ?? Existing)!.Ksuid!;

    public bool IsDelete => Desired is null;

    public bool IsMoved => Existing is { } before && Desired is { } after && before.Key != after.Key;

    public bool IsUpdate => !IsReplace && Desired is not null && Existing is not null;

    /// <summary>Whether the object that exists now will be there no longer.</summary>
    public bool TakesAway => IsDelete || IsReplace;

    public IEnumerable<ResourceUpdate> Updates()
    {
        if (TakesAway)
            yield return Update(ResourceOperation.Delete, Existing!) with { GroupId = GroupId, CreateOnlyPatch = CreateOnlyPatch };
        if (Desired is not { } desired)
            yield break;
        yield return Update(IsReplace || Existing is null ? ResourceOperation.Create : ResourceOperation.Update, desired) with
        {
            GroupId = GroupId,
            Patch = IsReplace ? null : Patch,
            OldLabel = Existing is null || Existing.Label == desired.Label ? null : Existing.Label,
            OldStack = Existing is null || Existing.Stack == desired.Stack ? null : Existing.Stack,
            Rewrites = IsReplace ? [] : [.. Rewrites.Keys],
        };
    }

    private ResourceUpdate Update(ResourceOperation operation, Resource resource) => new()
    {
        Node = ResourceUpdate.NodeOf(resource.Ksuid!, operation),
        Operation = operation,
        Resource = resource,
        Existing = Existing,
        IsCascade = CascadeSource is not null && !IsOwn,
        CascadeSource = CascadeSource,
    };
}
