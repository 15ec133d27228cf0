using System.Text.Json;
using Formae.Cli.Terminals;
using Formae.Model;
using Spectre.Console;

namespace Formae.Cli.Inventories;

/// <summary>The inventory as a tree: stack, resource, and below a resource those whose type says that they live in it.</summary>
internal static class ResourceTree
{
    public static void Write(IAnsiConsole console, Forma forma)
    {
        var parents = forma.Resources.ToDictionary(resource => resource.Key, ParentOf);
        foreach (var stack in forma.Resources.GroupBy(resource => resource.Stack).OrderBy(stack => stack.Key, StringComparer.Ordinal))
        {
            var tree = new Tree($"[bold]{Literal.Of(stack.Key)}[/] [grey]({stack.Count()} {(stack.Count() == 1 ? "resource" : "resources")})[/]");
            var children = stack.Where(resource => parents[resource.Key] is { } parent && parents.ContainsKey(parent) && parent != resource.Key).ToLookup(resource => parents[resource.Key]!.Value);
            var nested = children.SelectMany(group => group).Select(resource => resource.Key).ToHashSet();
            Add(tree, stack.Where(resource => !nested.Contains(resource.Key)), children);
            console.Write(tree);
        }
    }

    private static void Add(IHasTreeNodes node, IEnumerable<Resource> resources, ILookup<ResourceKey, Resource> children)
    {
        foreach (var resource in resources.OrderBy(resource => resource.Type, StringComparer.Ordinal).ThenBy(resource => resource.Label, StringComparer.Ordinal))
        {
            var id = resource.NativeId is { Length: > 0 } native ? $"  [grey]{Literal.Of(native)}[/]" : "";
            Add(node.AddNode($"{Literal.Of(resource.Label)}  [blue]{Literal.Of(resource.Type)}[/]{id}"), children[resource.Key], children);
        }
    }

    /// <summary>The resource of the parent type in the same stack that a property refers to.</summary>
    private static ResourceKey? ParentOf(Resource resource)
    {
        if (resource.Schema is not { Parent: { Length: > 0 } type } || resource.Properties is not { ValueKind: JsonValueKind.Object } properties)
            return null;
        foreach (var property in properties.EnumerateObject())
        {
            if (!Envelope.IsSource(property.Value))
                continue;
            var reference = new ResourceKey(Text(property.Value, Envelope.Stack), Text(property.Value, Envelope.Type), Text(property.Value, Envelope.Label));
            if (string.Equals(reference.Type, type, StringComparison.OrdinalIgnoreCase) && reference.Stack == resource.Stack)
                return reference;
        }

        return null;
    }

    private static string Text(JsonElement value, string name) => value.TryGetProperty(name, out var member) ? member.ToString() : "";
}
