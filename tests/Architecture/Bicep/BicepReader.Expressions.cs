namespace Formae.Architecture.Tests.Bicep;

/// <summary>Values: from the ternary down to names and strings.</summary>
internal sealed partial class BicepReader
{
    private static readonly string[][] Operators = [["??"], ["||"], ["&&"], ["==", "!=", "=~", "!~"], ["<=", ">=", "<", ">"], ["+", "-"], ["*", "/", "%"]];

    private Node ReadExpression()
    {
        SkipSpace();
        if (IsLambda())
            return ReadLambda();
        var condition = ReadOperation(0);

        // The two ways of a choice may begin on lines of their own.
        if (!TryOnNextLine('?'))
            return condition;
        SkipLines();
        var then = ReadExpression();
        if (!TryOnNextLine(':'))
            throw Mistake("a choice has no second way");
        SkipLines();
        return new Node.Choice(condition, then, ReadExpression());
    }

    private bool TryOnNextLine(char mark)
    {
        var from = _at;
        SkipLines();
        if (Peek == mark && Ahead(1) is not ('?' or '.' or '['))
        {
            _at++;
            return true;
        }

        _at = from;
        return false;
    }

    private Node ReadOperation(int level)
    {
        if (level == Operators.Length)
            return ReadPrefixed();
        var left = ReadOperation(level + 1);
        while (true)
        {
            SkipSpace();
            if (Operators[level].FirstOrDefault(Sees) is not { } found)
                return left;
            _at += found.Length;
            SkipLines();
            left = new Node.Operation(found, left, ReadOperation(level + 1));
        }
    }

    private Node ReadPrefixed()
    {
        SkipSpace();
        if (Peek is '!' or '-')
            return new Node.Prefixed(_text[_at++].ToString(), ReadPrefixed());
        return ReadPostfix();
    }

    private Node ReadPostfix()
    {
        var node = ReadPrimary();
        while (true)
        {
            if (Peek == '!' && Ahead(1) is '.' or '[')
                _at++;
            else if (Try("::") || Try(".?") || (Peek == '.' && Try(".")))
                node = ReadMember(node);
            else if (Peek == '[')
                node = ReadItem(node);
            else
                return node;
        }
    }

    private Node ReadMember(Node of)
    {
        var name = ReadWord();
        return Peek == '(' ? new Node.Call(of, name, ReadArguments()) : new Node.Member(of, name);
    }

    private Node.Item ReadItem(Node of)
    {
        Expect("[");
        Try("?");
        var index = ReadExpression();
        Expect("]");
        return new Node.Item(of, index);
    }

    private Node ReadPrimary()
    {
        SkipSpace();
        switch (Peek)
        {
            case '\'':
                return Ahead(1) == '\'' && Ahead(2) == '\'' ? throw Mistake("strings of several lines are not read here") : ReadText();
            case '{':
                return ReadMap();
            case '[':
                return ReadList();
            case '(':
                _at++;
                SkipLines();
                var inner = ReadExpression();
                SkipLines();
                Expect(")");
                return inner;
        }

        if (char.IsAsciiDigit(Peek))
        {
            var from = _at;
            while (char.IsAsciiDigit(Peek))
                _at++;
            return new Node.Literal(_text[from.._at]);
        }

        var name = ReadWord();
        if (name is "true" or "false" or "null")
            return new Node.Literal(name);
        return Peek == '(' ? new Node.Call(null, name, ReadArguments()) : new Node.Symbol(name);
    }

    private List<Node> ReadArguments()
    {
        Expect("(");
        var arguments = new List<Node>();
        SkipLines();
        while (!Try(")"))
        {
            if (arguments.Count > 0)
            {
                Expect(",");
                SkipLines();
            }

            arguments.Add(ReadExpression());
            SkipLines();
        }

        return arguments;
    }

    private Node.Map ReadMap()
    {
        Expect("{");
        var properties = new List<(Node, Node)>();
        var resources = new List<Declaration>();
        SkipLines();
        while (!Try("}"))
        {
            if (Sees("@") || IsNestedResource())
                resources.Add(ReadDeclaration());
            else
                properties.Add(ReadProperty());
            EndItem('}');
        }

        if (properties.Select(property => (property.Item1 as Node.Text)?.Plain).OfType<string>().GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw Mistake($"the property '{twice.Key}' is there twice");
        return new Node.Map(properties, resources);
    }

    /// <summary><c>resource name 'type'</c>, as opposed to a property of that name.</summary>
    private bool IsNestedResource()
    {
        if (!Sees("resource "))
            return false;
        var from = _at;
        _at += "resource ".Length;
        SkipSpace();
        var isResource = char.IsAsciiLetter(Peek);
        _at = from;
        return isResource;
    }

    private (Node, Node) ReadProperty()
    {
        var name = Sees("'") ? ReadText() : new Node.Text([ReadWord()], []);
        Expect(":");
        return (name, ReadExpression());
    }

    private Node.List ReadList()
    {
        Expect("[");
        SkipLines();
        if (TryWord("for"))
        {
            var loop = ReadLoop();
            SkipLines();
            Expect("]");
            return new Node.List([loop]);
        }

        var items = new List<Node>();
        while (!Try("]"))
        {
            items.Add(ReadExpression());
            EndItem(']');
        }

        return new Node.List(items);
    }

    private Node.Loop ReadLoop()
    {
        string? index = null;
        string variable;
        if (Try("("))
        {
            variable = ReadWord();
            Expect(",");
            index = ReadWord();
            Expect(")");
        }
        else
        {
            variable = ReadWord();
        }

        Expect("in");
        var source = ReadExpression();
        Expect(":");
        SkipSpace();
        return new Node.Loop(variable, index, source, TryWord("if") ? ReadGuarded() : ReadExpression());
    }

    /// <summary>Items stand on lines of their own, or have a comma between them.</summary>
    private void EndItem(char close)
    {
        SkipSpace();
        if (Peek is not ('\n' or ',') && Peek != close)
            throw Mistake($"before '{Peek}' there is neither a comma nor a new line");
        Try(",");
        SkipLines();
    }

    private bool IsLambda()
    {
        var from = _at;
        try
        {
            if (Peek == '(')
                return _text.IndexOf(')', _at) is var end && end > 0 && _text[(end + 1)..].TrimStart(' ').StartsWith("=>", StringComparison.Ordinal);
            if (!char.IsAsciiLetter(Peek))
                return false;
            ReadWord();
            return Sees("=>");
        }
        finally
        {
            _at = from;
        }
    }

    private Node.Lambda ReadLambda()
    {
        var names = Peek == '(' ? ReadBalanced().Trim('(', ')').Split(',', StringSplitOptions.TrimEntries) : [ReadWord()];
        Expect("=>");
        return new Node.Lambda(names, ReadExpression());
    }
}
