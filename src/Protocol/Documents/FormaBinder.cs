using System.Text.Json;
using Formae.Model;

namespace Formae.Protocol.Documents;

/// <summary>From the tree of a document to a forma. One method per kind of object, each a list of the keys it knows.</summary>
internal sealed class FormaBinder
{
    private static readonly string[] FormaKeys = ["Description", "Properties", "Stacks", "Targets", "Resources", "Policies"];
    private static readonly string[] StackKeys = ["ID", "Label", "Description", "Policies", "CreatedAt"];
    private static readonly string[] TargetKeys = ["Label", "Namespace", "Config", "ConfigSchema", "Discoverable", "Version", "Reaping"];

    private static readonly string[] ResourceKeys =
    [
        "Label", "Group", "Type", "Stack", "Target", "Schema", "Properties", "ReadOnlyProperties", "PatchDocument", "NativeID", "Managed", "Ksuid", "Alias",
    ];

    private readonly NodeReader _read;
    private readonly SchemaBinder _schemas;
    private readonly FormaLimits _limits;
    private readonly Names _names;
    private readonly PolicyBinder _policies;
    private readonly IReadOnlyDictionary<string, FormaProperty>? _parameters;

    /// <param name="parameters">Those of the document, with their values.</param>
    public FormaBinder(DocumentTree tree, FormaLimits limits, DiagnosticBag bag, IReadOnlyDictionary<string, FormaProperty>? parameters)
    {
        _parameters = parameters;
        _read = new NodeReader(tree, bag);
        _schemas = new SchemaBinder(_read);
        _limits = limits;
        _names = new Names(_read);
        _policies = new PolicyBinder(_read, _names);
    }

    public Forma Bind()
    {
        var forma = new Forma();
        if (!_read.IsObject(DocumentTree.Root, "A forma"))
            return forma;
        foreach (var member in _read.Members(DocumentTree.Root))
        {
            forma = _read.Tree.Key(member) switch
            {
                "Description" => forma with { Description = Description(member) },
                "Properties" => forma with { Properties = _parameters },
                "Stacks" => forma with { Stacks = _read.List(member, "Stacks", Stack) },
                "Targets" => forma with { Targets = _read.List(member, "Targets", Target) },
                "Resources" => forma with { Resources = Resources(member) },
                "Policies" => forma with { Policies = _policies.Standalone(member) },
                _ => _read.Unknown(member, FormaKeys, forma),
            };
        }

        _names.FindRepeated(forma.Stacks.Count > 0 ? forma.Stacks[0].Label : "");
        return forma;
    }

    private Description? Description(int node)
    {
        if (_read.IsNull(node) || !_read.IsObject(node, "Description"))
            return null;
        var description = new Description();
        foreach (var member in _read.Members(node))
        {
            description = _read.Tree.Key(member) switch
            {
                "Text" => description with { Text = _read.Text(member) ?? "" },
                "Confirm" => description with { Confirm = _read.Flag(member) ?? false },
                _ => _read.Unknown(member, ["Text", "Confirm"], description),
            };
        }

        return description;
    }

    private Stack Stack(int node)
    {
        var stack = new Stack();
        if (!_read.IsObject(node, "A stack"))
            return stack;
        foreach (var member in _read.Members(node))
        {
            stack = _read.Tree.Key(member) switch
            {
                "ID" => stack with { Id = _read.Text(member) },
                "Label" => stack with { Label = _names.Label(member) },
                "Description" => stack with { Description = _read.Text(member) },
                "Policies" => stack with { Policies = _policies.OfStack(member) },
                "CreatedAt" => stack with { CreatedAt = _read.Time(member) },
                _ => _read.Unknown(member, StackKeys, stack),
            };
        }

        _read.Need(node, "Label");
        _names.Stack(stack.Label, node);
        return stack;
    }

    private Target Target(int node)
    {
        var target = new Target();
        if (!_read.IsObject(node, "A target"))
            return target;
        foreach (var member in _read.Members(node))
        {
            target = _read.Tree.Key(member) switch
            {
                "Label" => target with { Label = _names.Label(member) },
                "Namespace" => target with { Namespace = _read.Text(member) ?? "" },
                "Config" => target with { Config = _read.ObjectElement(member, "Config") },
                "ConfigSchema" => target with { ConfigSchema = _schemas.Config(member) },
                "Discoverable" => target with { Discoverable = _read.Flag(member) ?? false },
                "Version" => target with { Version = (int)Math.Clamp(_read.Whole(member) ?? 0, 0, int.MaxValue) },
                "Reaping" => target with { Reaping = Reaping(member) },
                _ => _read.Unknown(member, TargetKeys, target),
            };
        }

        _read.Need(node, "Label");
        _read.Need(node, "Namespace");
        _names.Target(target.Label, node);
        return target;
    }

    private Reaping? Reaping(int node)
    {
        if (_read.IsNull(node) || !_read.IsObject(node, "Reaping"))
            return null;
        var reaping = new Reaping();
        foreach (var member in _read.Members(node))
        {
            reaping = _read.Tree.Key(member) switch
            {
                "Kind" => reaping with { Kind = _read.OneOf(member, ["never", "after"]) ?? "never" },
                "MaxUnreachableSeconds" => reaping with { MaxUnreachableSeconds = _read.Whole(member) },
                _ => _read.Unknown(member, ["Kind", "MaxUnreachableSeconds"], reaping),
            };
        }

        return reaping;
    }

    private IReadOnlyList<Resource> Resources(int node)
    {
        var count = 0;
        foreach (var _ in _read.Tree.Children(node))
            count++;
        if (count <= _limits.MaxResources)
            return _read.List(node, "Resources", Resource);
        _read.Note(Severity.Error, DiagnosticCodes.TooManyResources, node, $"The document has {count:N0} resources; {_limits.MaxResources:N0} are the limit.", "Split it into several documents, one or more stacks each.");
        return [];
    }

    private Resource Resource(int node)
    {
        if (!_read.IsObject(node, "A resource"))
            return new Resource();
        string label = "", type = "", stack = "", target = "";
        string? group = null, nativeId = null, ksuid = null, alias = null;
        JsonElement? properties = null, readOnly = null, patch = null;
        ResourceSchema? schema = null;
        var managed = false;
        foreach (var member in _read.Members(node))
        {
            switch (_read.Tree.Key(member))
            {
                case "Label": label = _names.Label(member); break;
                case "Group": group = _read.Text(member); break;
                case "Type": type = _names.Type(member); break;
                case "Stack": stack = _read.Text(member) ?? ""; break;
                case "Target": target = _read.Text(member) ?? ""; break;
                case "Schema": schema = _schemas.Resource(member); break;
                case "Properties": properties = _read.ObjectElement(member, "Properties"); break;
                case "ReadOnlyProperties": readOnly = _read.ObjectElement(member, "ReadOnlyProperties"); break;
                case "PatchDocument": patch = _read.Tree.Element(member); break;
                case "NativeID": nativeId = _read.Text(member); break;
                case "Managed": managed = _read.Flag(member) ?? false; break;
                case "Ksuid": ksuid = _read.Text(member); break;
                case "Alias": alias = _read.Text(member); break;
                default: _read.Unknown(member, ResourceKeys, 0); break;
            }
        }

        _read.Need(node, "Label");
        _read.Need(node, "Type");
        _names.Resource(stack, type, label, node);
        return new Resource
        {
            Label = label,
            Group = group,
            Type = type,
            Stack = stack,
            Target = target,
            Schema = schema,
            Properties = properties,
            ReadOnlyProperties = readOnly,
            PatchDocument = patch,
            NativeId = nativeId,
            Managed = managed,
            Ksuid = ksuid,
            Alias = alias,
        };
    }
}
