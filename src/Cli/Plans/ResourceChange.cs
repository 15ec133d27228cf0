using System.Text.Json;
using Formae.Protocol.Http;

namespace Formae.Cli.Plans;

internal enum ChangeKind
{
    Create,
    Update,
    Replace,
    Delete,
    Keep,
    Read,
}

/// <summary>What happens to one resource: the two halves of a replace are one change.</summary>
internal sealed record ResourceChange(ChangeKind Kind, ResourceUpdate Update)
{
    public string Stack => Update.StackName ?? "";

    public string Sign => SignOf(Kind);

    public string Colour => ColourOf(Kind);

    public static string SignOf(ChangeKind kind) => kind switch
    {
        ChangeKind.Create => "+",
        ChangeKind.Update => "~",
        ChangeKind.Replace => "-/+",
        ChangeKind.Delete => "-",
        ChangeKind.Keep => "=",
        _ => "?",
    };

    public static string ColourOf(ChangeKind kind) => kind switch
    {
        ChangeKind.Create => "green",
        ChangeKind.Update => "yellow",
        ChangeKind.Replace => "magenta",
        ChangeKind.Delete => "red",
        _ => "grey",
    };

    public static ChangeKind KindOf(string operation) => operation.ToLowerInvariant() switch
    {
        "create" => ChangeKind.Create,
        "update" => ChangeKind.Update,
        "delete" => ChangeKind.Delete,
        "replace" => ChangeKind.Replace,
        _ => ChangeKind.Read,
    };

    /// <summary>The changes of a command in its order.</summary>
    public static IReadOnlyList<ResourceChange> Of(Command command)
    {
        var changes = new List<ResourceChange>();
        var groups = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var update in command.ResourceUpdates ?? [])
        {
            if (update.GroupId is not { Length: > 0 } group)
            {
                changes.Add(new ResourceChange(KindOf(update.Operation), update));
            }
            else if (!groups.TryGetValue(group, out var at))
            {
                groups[group] = changes.Count;
                changes.Add(new ResourceChange(KindOf(update.Operation), update));
            }
            else
            {
                changes[at] = new ResourceChange(ChangeKind.Replace, Merge(changes[at].Update, update));
            }
        }

        return changes;
    }

    private static ResourceUpdate Merge(ResourceUpdate one, ResourceUpdate other)
    {
        var (delete, create) = KindOf(one.Operation) == ChangeKind.Delete ? (one, other) : (other, one);
        return create with
        {
            CreateOnlyPatch = delete.CreateOnlyPatch ?? create.CreateOnlyPatch,
            OldProperties = create.OldProperties ?? delete.OldProperties ?? delete.Properties,
            PatchDocument = create.PatchDocument ?? delete.PatchDocument,
            IsCascade = create.IsCascade is true || delete.IsCascade is true,
            CascadeSource = create.CascadeSource ?? delete.CascadeSource,
            ReferenceLabels = create.ReferenceLabels ?? delete.ReferenceLabels,
        };
    }

    /// <summary>What a patch shows below the resource's line.</summary>
    public IReadOnlyList<PatchLine> Lines()
    {
        if (Kind == ChangeKind.Create)
        {
            return Update.Properties is { ValueKind: JsonValueKind.Object } properties
                ? [.. properties.EnumerateObject().Select(property => new PatchLine("+", property.Name, null, property.Value))]
                : [];
        }

        var forced = PatchLine.Of(Update.CreateOnlyPatch, Update.OldProperties, Update.Properties);
        var changed = PatchLine.Of(Update.PatchDocument, Update.OldProperties, Update.Properties);
        return [.. forced, .. changed.Where(line => forced.All(other => other.Path != line.Path))];
    }

    /// <summary>The fields that cannot be changed in place, where that is why the resource is replaced.</summary>
    public IReadOnlyList<string> ForcedBy() =>
        Kind == ChangeKind.Replace ? [.. PatchLine.Of(Update.CreateOnlyPatch, Update.OldProperties, Update.Properties).Select(line => line.Path).Distinct()] : [];
}
