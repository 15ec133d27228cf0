namespace Formae.Embedded.Tables;

/// <summary>Reads a filter: <c>or</c> binds weakest, then <c>and</c>, then <c>not</c>; a comparison is between a property and a literal.</summary>
internal ref struct FilterParser
{
    /// <summary>The service's documented limit.</summary>
    public const int MostComparisons = 15;

    private const int DeepestNesting = 100;

    private readonly string _text;
    private FilterLexer _lexer;
    private Token _token;
    private int _comparisons;
    private int _depth;

    private FilterParser(string text)
    {
        _text = text;
        _lexer = new FilterLexer(text);
        _token = _lexer.Next();
    }

    /// <summary>The parsed filter; null for no filter.</summary>
    /// <exception cref="FilterSyntaxException">The text is not a filter.</exception>
    public static Filter? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var parser = new FilterParser(text);
        var filter = parser.Or();
        return parser._token.Kind == TokenKind.End ? filter : throw parser.Unexpected();
    }

    private Filter Or()
    {
        var left = And();
        while (TakeWord("or"))
            left = new Filter.Or(left, And());
        return left;
    }

    private Filter And()
    {
        var left = Unary();
        while (TakeWord("and"))
            left = new Filter.And(left, Unary());
        return left;
    }

    private Filter Unary()
    {
        if (++_depth > DeepestNesting)
            throw new FilterSyntaxException("The filter is nested too deeply.");
        try
        {
            return TakeWord("not") ? new Filter.Not(Negated()) : Primary();
        }
        finally
        {
            _depth--;
        }
    }

    // 'not' binds tighter than a comparison, so that 'not A eq 1' would compare a truth value with 1: only brackets or a boolean property may follow.
    private Filter Negated()
    {
        if (_token.Kind is TokenKind.Open || IsWord("not"))
            return Unary();
        var flag = TakeProperty();
        return IsComparison(_token) ? throw Unexpected() : Flag(flag);
    }

    private Filter Primary()
    {
        if (_token.Kind == TokenKind.Open)
        {
            Take();
            var inner = Or();
            if (_token.Kind != TokenKind.Close)
                throw Unexpected();
            Take();
            return inner;
        }

        if (_token.Kind == TokenKind.Literal)
        {
            var literal = Take().Value!;
            if (!IsComparison(_token) && literal is bool constant)
                return new Filter.Constant(constant);
            var comparison = TakeComparison();
            return Compare(TakeProperty(), Mirrored(comparison), literal);
        }

        var property = TakeProperty();
        if (!IsComparison(_token))
            return Flag(property);
        var written = TakeComparison();
        return _token.Kind == TokenKind.Literal ? Compare(property, written, Take().Value!) : throw Unexpected();
    }

    private Filter Flag(string property) => Compare(property, Comparison.Equal, true);

    private Filter Compare(string property, Comparison comparison, object literal) => ++_comparisons <= MostComparisons
        ? new Filter.Compare(property, comparison, literal)
        : throw new FilterSyntaxException($"A filter may hold no more than {MostComparisons} comparisons.");

    private static Comparison Mirrored(Comparison comparison) => comparison switch
    {
        Comparison.Greater => Comparison.Less,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        _ => comparison,
    };

    private static bool IsComparison(Token token) => token is { Kind: TokenKind.Word, Text: "eq" or "ne" or "gt" or "ge" or "lt" or "le" };

    private Comparison TakeComparison() => IsComparison(_token)
        ? Take().Text switch
        {
            "eq" => Comparison.Equal,
            "ne" => Comparison.NotEqual,
            "gt" => Comparison.Greater,
            "ge" => Comparison.GreaterOrEqual,
            "lt" => Comparison.Less,
            _ => Comparison.LessOrEqual,
        }
        : throw Unexpected();

    private string TakeProperty() =>
        _token.Kind == TokenKind.Word && _token.Text is not ("and" or "or" or "not" or "null") && !IsComparison(_token) ? Take().Text : throw Unexpected();

    private readonly bool IsWord(string word) => _token.Kind == TokenKind.Word && _token.Text == word;

    private bool TakeWord(string word)
    {
        if (!IsWord(word))
            return false;
        Take();
        return true;
    }

    private Token Take()
    {
        var token = _token;
        _token = _lexer.Next();
        return token;
    }

    private readonly FilterSyntaxException Unexpected() => _token.Kind == TokenKind.End
        ? new FilterSyntaxException($"Syntax error: the filter ends too early in '{_text}'.")
        : new FilterSyntaxException($"Syntax error at position {_token.Position} in '{_text}': unexpected '{_token.Text}'.");
}
