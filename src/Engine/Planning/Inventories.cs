using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>Which rows a document touches.</summary>
internal static class Inventories
{
    public static InventoryNeeds OfApply(Forma forma)
    {
        var resources = forma.Resources.Select(resource => Defaults.Fill(resource, forma)).ToList();
        var stacks = resources.Select(resource => resource.Stack).Where(IsUserStack).ToHashSet(StringComparer.Ordinal);
        var adoptable = new HashSet<ResourceKey>();
        var referred = new HashSet<ResourceKey>();
        foreach (var resource in resources)
        {
            adoptable.Add(resource.Key with { Stack = Stack.Unmanaged });
            if (resource.Alias is { Length: > 0 } alias)
                adoptable.Add(new ResourceKey(Stack.Unmanaged, resource.Type, alias));
            AddReferred(resource.Properties, resource.Stack, referred);
        }

        foreach (var target in forma.Targets)
            AddReferred(target.Config, forma.Stacks.Count > 0 ? forma.Stacks[0].Label : "", referred);
        referred.RemoveWhere(key => stacks.Contains(key.Stack));

        return new InventoryNeeds
        {
            Stacks = stacks,
            StackRows = forma.Stacks.Select(stack => stack.Label).Where(label => IsUserStack(label) && !stacks.Contains(label)).ToHashSet(StringComparer.Ordinal),
            Resources = referred,
            Adoptable = adoptable,
            Targets = TargetsOf(forma, resources),
            Policies = StandaloneOf(forma).Concat(forma.Stacks.SelectMany(Policies.ReferencedBy)).ToHashSet(StringComparer.Ordinal),
        };
    }

    public static InventoryNeeds OfDestroy(Forma forma)
    {
        var resources = forma.Resources.Select(resource => Defaults.Fill(resource, forma)).ToList();
        var policies = StandaloneOf(forma).ToHashSet(StringComparer.Ordinal);
        return new InventoryNeeds
        {
            // Whether a stack goes altogether, and with it its references to policies, is seen only in the whole of it.
            Stacks = policies.Count == 0 ? new HashSet<string>() : resources.Select(resource => resource.Stack).Where(IsUserStack).ToHashSet(StringComparer.Ordinal),
            Policies = policies,
            PolicyUsers = policies,
            Resources = resources.Select(resource => resource.Key).ToHashSet(),
            Targets = TargetsOf(forma, resources),
            ResourcesOnTargets = forma.Targets.Select(target => target.Label).ToHashSet(StringComparer.Ordinal),
            Dependents = true,
        };
    }

    private static HashSet<string> TargetsOf(Forma forma, IEnumerable<Resource> resources) =>
        forma.Targets.Select(target => target.Label).Concat(resources.Select(resource => resource.Target)).Where(label => label.Length > 0).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> StandaloneOf(Forma forma) => forma.Policies.Select(policy => Policies.Read(policy).Label).Where(label => label.Length > 0);

    private static bool IsUserStack(string label) => label.Length > 0 && label != Stack.Unmanaged;

    private static void AddReferred(JsonElement? properties, string stack, HashSet<ResourceKey> referred)
    {
        if (properties is not { ValueKind: JsonValueKind.Object } value)
            return;
        References.ToStored(value, (envelope, path) =>
        {
            if (SourceReference.TryRead(envelope, out var source, out _))
                referred.Add(new ResourceKey(source!.Stack ?? stack, source.Type, source.Label));
            return null;
        });
    }
}

/// <summary>A resource that names no stack or no target takes the first that the document declares.</summary>
internal static class Defaults
{
    public static Resource Fill(Resource resource, Forma forma)
    {
        var stack = resource.Stack.Length > 0 || forma.Stacks.Count == 0 ? resource.Stack : forma.Stacks[0].Label;
        var target = resource.Target.Length > 0 || forma.Targets.Count == 0 ? resource.Target : forma.Targets[0].Label;
        return stack == resource.Stack && target == resource.Target ? resource : resource with { Stack = stack, Target = target };
    }
}
