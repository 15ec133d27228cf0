namespace Formae.Architecture.Tests.Bicep;

/// <summary>
/// Reads Bicep as far as this repository writes it: declarations, and values as trees. It knows no types of resources; that is for the Bicep CLI, which the workflow runs.
/// What it does not understand is a mistake with a line, never passed over.
/// </summary>
internal sealed partial class BicepReader
{
    private static readonly string[] Kinds = ["param", "var", "resource", "module", "output", "type", "metadata", "targetScope", "import", "using"];

    private readonly string _path;
    private readonly string _text;
    private int _at;
    private bool _givesValues;

    private BicepReader(string path, string text) => (_path, _text) = (path, text.ReplaceLineEndings("\n"));

    /// <exception cref="FormatException">The file is not understood; the message says where.</exception>
    public static BicepFile Read(string path, string text)
    {
        var reader = new BicepReader(path, text);
        var declarations = new List<Declaration>();
        reader.SkipLines();
        while (!reader.IsAtEnd)
        {
            declarations.Add(reader.ReadDeclaration());
            reader.SkipSpace();
            if (!reader.IsAtEnd && reader.Peek != '\n')
                throw reader.Mistake("one declaration ends and no new line begins");
            reader.SkipLines();
        }

        foreach (var twice in declarations.Where(declaration => declaration.Kind is not ("output" or "metadata")).GroupBy(declaration => declaration.Name).Where(same => same.Key.Length > 0 && same.Count() > 1))
            throw new FormatException($"{path}:{twice.Last().Line}: '{twice.Key}' is declared twice.");
        return new BicepFile(path, declarations);
    }

    private Declaration ReadDeclaration()
    {
        var decorators = ReadDecorators();
        var line = Line;
        var kind = ReadWord();
        if (!Kinds.Contains(kind))
            throw Mistake($"'{kind}' declares nothing that is known here");
        switch (kind)
        {
            case "using":
                _givesValues = true;
                return new(kind, "", line, decorators, ReadPath(), false, null);
            case "import":
                var names = ReadBalanced();
                Expect("from");
                return new(kind, names.Trim('{', '}', ' '), line, decorators, ReadPath(), false, null);
            case "targetScope":
                return new(kind, "", line, decorators, "", false, ReadValue());
            case "type":
                var named = ReadWord();
                Expect("=");
                return new(kind, named, line, decorators, ReadType(), false, null);
        }

        var name = ReadWord();
        var type = kind switch
        {
            "resource" or "module" => ReadPath(),

            // A file of parameters gives values; the types are those of the file that it names.
            "param" when _givesValues => "",
            "param" or "output" => ReadType(),
            _ => "",
        };
        SkipSpace();
        var isExisting = kind == "resource" && TryWord("existing");
        return new(kind, name, line, decorators, type, isExisting, kind == "param" && !Sees("=") ? null : ReadValue());
    }

    private List<Node.Call> ReadDecorators()
    {
        var decorators = new List<Node.Call>();
        while (Try("@"))
        {
            decorators.Add(ReadPostfix() as Node.Call ?? throw Mistake("an @ is followed by a call"));
            SkipLines();
        }

        return decorators;
    }

    private Node ReadValue()
    {
        Expect("=");
        SkipSpace();
        if (!TryWord("if"))
            return ReadExpression();
        return ReadGuarded();
    }

    private Node.Guarded ReadGuarded()
    {
        Expect("(");
        var condition = ReadExpression();
        Expect(")");
        return new Node.Guarded(condition, ReadExpression());
    }

    private string ReadPath() => (ReadPrimary() as Node.Text)?.Plain ?? throw Mistake("a path or a type is a plain string");

    /// <summary>A type, as it is written: up to the end of its line or to what is assigned, brackets closed.</summary>
    private string ReadType()
    {
        SkipSpace();
        var from = _at;
        while (!IsAtEnd && Peek is not ('\n' or '='))
        {
            if (Peek is '{' or '[' or '(')
                ReadBalanced();
            else if (Peek == '/' && Ahead(1) == '/')
                break;
            else
                _at++;
        }

        var type = _text[from.._at].Trim();
        return type.Length > 0 ? type : throw Mistake("there is no type");
    }

    private string ReadBalanced()
    {
        SkipSpace();
        var from = _at;
        var open = new Stack<char>();
        do
        {
            if (IsAtEnd)
                throw Mistake("a bracket is never closed");
            var next = _text[_at];
            if (next == '\'')
            {
                ReadText();
                continue;
            }

            if (next is '{' or '[' or '(')
                open.Push(next switch { '{' => '}', '[' => ']', _ => ')' });
            else if (next is '}' or ']' or ')' && (open.Count == 0 || open.Pop() != next))
                throw Mistake($"'{next}' closes nothing");
            _at++;
        }
        while (open.Count > 0);
        return _text[from.._at];
    }
}
