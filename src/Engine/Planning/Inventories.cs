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
        var referred = new Referred();
        foreach (var resource in resources)
        {
            adoptable.Add(resource.Key with { Stack = Stack.Unmanaged });
            if (resource.Alias is { Length: > 0 } alias)
                adoptable.Add(new ResourceKey(Stack.Unmanaged, resource.Type, alias));
            AddReferred(resource.Properties, resource.Stack, referred);
        }

        foreach (var target in forma.Targets)
            AddReferred(target.Config, forma.Stacks.Count > 0 ? forma.Stacks[0].Label : "", referred);
        // What is discovered can be referred to as well, where nothing else has the name.
        var declared = resources.Select(resource => resource.Key).ToHashSet();
        adoptable.UnionWith(referred.Keys.Where(key => !declared.Contains(key)).Select(key => key with { Stack = Stack.Unmanaged }));

        return new InventoryNeeds
        {
            Stacks = stacks,
            StackRows = forma.Stacks.Select(stack => stack.Label).Where(label => IsUserStack(label) && !stacks.Contains(label)).ToHashSet(StringComparer.Ordinal),
            Resources = referred.Keys.Where(key => !stacks.Contains(key.Stack)).ToHashSet(),
            Labels = referred.Labels.Where(label => label.Stack.Length > 0 && !stacks.Contains(label.Stack)).ToHashSet(),
            Ksuids = referred.Ksuids,
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

    private static void AddReferred(JsonElement? properties, string stack, Referred referred)
    {
        if (properties is not { ValueKind: JsonValueKind.Object } value)
            return;
        References.ToStored(value, (envelope, place) =>
        {
            if (Envelope.IsReference(envelope))
                Add(envelope.GetProperty(Envelope.Reference).GetString());
            else if (!SourceReference.TryRead(envelope, out var source, out _))
                return null;
            else if (source!.Type.Length > 0)
                referred.Keys.Add(new ResourceKey(source.Stack ?? stack, source.Type, source.Label));
            else
                referred.Labels.Add((source.Stack ?? stack, source.Label));
            return null;
        });

        void Add(string? text)
        {
            if (PropertyUri.TryParse(text, out var uri))
                referred.Ksuids.Add(uri.Ksuid);
            else if (TripletUri.TryParse(text, out var key, out _))
                referred.Keys.Add(key);
        }
    }

    /// <summary>What is referred to, by each of the ways to name it.</summary>
    private sealed class Referred
    {
        public HashSet<ResourceKey> Keys { get; } = [];

        public HashSet<(string Stack, string Label)> Labels { get; } = [];

        public HashSet<string> Ksuids { get; } = new(StringComparer.Ordinal);
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
