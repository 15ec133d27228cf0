namespace Formae.Architecture.Tests.Bicep;

/// <summary>What stands in a Bicep file where a value may stand.</summary>
internal abstract record Node
{
    private Node()
    {
    }

    /// <summary>This and everything below it, nested resources left out.</summary>
    public IEnumerable<Node> All => Children.SelectMany(child => child.All).Prepend(this);

    /// <summary>What stands directly in it.</summary>
    public IEnumerable<Node> Children => this switch
    {
        Text text => text.Holes,
        Member member => [member.Of],
        Item item => [item.Of, item.Index],
        Call call => call.Of is { } of ? [of, .. call.Arguments] : call.Arguments,
        Map map => map.Properties.SelectMany(property => new[] { property.Name, property.Value }),
        List list => list.Items,
        Loop loop => [loop.Source, loop.Body],
        Guarded guarded => [guarded.Condition, guarded.Body],
        Choice choice => [choice.Condition, choice.Then, choice.Else],
        Operation operation => [operation.Left, operation.Right],
        Prefixed prefixed => [prefixed.Operand],
        Lambda lambda => [lambda.Body],
        _ => [],
    };

    /// <summary>A string: pieces of text, and what is filled in between them.</summary>
    public sealed record Text(IReadOnlyList<string> Pieces, IReadOnlyList<Node> Holes) : Node
    {
        /// <summary>The string where nothing is filled in; else null.</summary>
        public string? Plain => Holes.Count == 0 ? Pieces[0] : null;

        /// <summary>The string with <c>{}</c> for what is filled in.</summary>
        public string Pattern => string.Join("{}", Pieces);
    }

    /// <summary>A number, true, false or null, as it is written.</summary>
    public sealed record Literal(string Written) : Node;

    public sealed record Symbol(string Name) : Node;

    public sealed record Member(Node Of, string Name) : Node;

    public sealed record Item(Node Of, Node Index) : Node;

    public sealed record Call(Node? Of, string Function, IReadOnlyList<Node> Arguments) : Node;

    public sealed record Map(IReadOnlyList<(Node Name, Node Value)> Properties, IReadOnlyList<Declaration> Resources) : Node
    {
        /// <summary>The value of a property, or of one of a property's; null when there is none.</summary>
        public Node? this[params string[] path]
        {
            get
            {
                Node? at = this;
                foreach (var name in path)
                    at = at is Map map ? map.Properties.Where(property => (property.Name as Text)?.Plain == name).Select(property => property.Value).FirstOrDefault() : null;
                return at;
            }
        }

        public string? TextOf(params string[] path) => (this[path] as Text)?.Plain;

        public string? WrittenAt(params string[] path) => this[path] is Literal literal ? literal.Written : TextOf(path);
    }

    public sealed record List(IReadOnlyList<Node> Items) : Node;

    public sealed record Loop(string Variable, string? Index, Node Source, Node Body) : Node;

    /// <summary>What is there only on a condition: the body of a resource or a module.</summary>
    public sealed record Guarded(Node Condition, Node Body) : Node;

    public sealed record Choice(Node Condition, Node Then, Node Else) : Node;

    public sealed record Operation(string Operator, Node Left, Node Right) : Node;

    public sealed record Prefixed(string Operator, Node Operand) : Node;

    public sealed record Lambda(IReadOnlyList<string> Parameters, Node Body) : Node;
}

/// <summary>What a line of a Bicep file declares.</summary>
/// <param name="Kind">param, var, resource, module, output, type, metadata, targetScope, import or using.</param>
/// <param name="Name">Its symbolic name.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="Decorators">What stands before it with an @.</param>
/// <param name="Type">The type of a param or output as it is written, the type of a resource, the path of a module, an import or a using; else empty.</param>
/// <param name="IsExisting">A resource that is made elsewhere.</param>
/// <param name="Value">What follows the equals sign; null when nothing does.</param>
internal sealed record Declaration(string Kind, string Name, int Line, IReadOnlyList<Node.Call> Decorators, string Type, bool IsExisting, Node? Value)
{
    /// <summary>The object of a resource or a module, behind loops and conditions.</summary>
    public Node.Map Body => BodyOf(Value);

    /// <summary>Resources inside of this one, near and far.</summary>
    public IEnumerable<Declaration> Nested => Value is null ? [] : Body.Resources.SelectMany(child => child.Nested.Prepend(child));

    public string? Description => Decorators.Where(decorator => decorator.Function == "description").Select(decorator => (decorator.Arguments[0] as Node.Text)?.Plain).FirstOrDefault();

    private static Node.Map BodyOf(Node? value) => value switch
    {
        Node.Map map => map,
        Node.Loop loop => BodyOf(loop.Body),
        Node.Guarded guarded => BodyOf(guarded.Body),
        Node.List { Items: [Node.Loop loop] } => BodyOf(loop),
        _ => new Node.Map([], []),
    };
}

/// <summary>A Bicep file, or one with parameters.</summary>
/// <param name="Path">From the root of the repository.</param>
/// <param name="Declarations">What it declares, in order.</param>
internal sealed record BicepFile(string Path, IReadOnlyList<Declaration> Declarations)
{
    public IEnumerable<Declaration> Of(string kind) => Declarations.Where(declaration => declaration.Kind == kind);

    /// <summary>Every resource, nested ones with the whole of their type.</summary>
    public IEnumerable<(string Type, string Version, Declaration Resource)> Resources => Of("resource").SelectMany(resource => Unfold(resource, ""));

    /// <summary>Every value of the file.</summary>
    public IEnumerable<Node> Nodes => Declarations.SelectMany(declaration => declaration.Nested.Prepend(declaration)).SelectMany(declaration => declaration.Value?.All ?? []);

    public static BicepFile Read(string path) => BicepReader.Read(path, File.ReadAllText(Repository.Full(path)));

    private static IEnumerable<(string, string, Declaration)> Unfold(Declaration resource, string parent)
    {
        var at = resource.Type.Split('@');
        var (type, version) = parent.Length == 0 ? (at[0], at.Length > 1 ? at[1] : "") : ($"{parent.Split('@')[0]}/{at[0]}", parent.Split('@')[1]);
        yield return (type, version, resource);
        foreach (var child in resource.Body.Resources.SelectMany(child => Unfold(child, $"{type}@{version}")))
            yield return child;
    }
}
