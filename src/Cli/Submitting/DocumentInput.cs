using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Pkl;
using Formae.Model;

namespace Formae.Cli.Submitting;

/// <summary>
/// The FILE of a verb, and what it takes to read it: values for its parameters, each also as an option of its own, and how Pkl is run. The options of the parameters are
/// known once the document has been looked at: see <see cref="DocumentFlags"/>.
/// </summary>
internal sealed class DocumentInput
{
    private readonly CliContext _context;
    private readonly DocumentFlags _flags;
    private readonly Argument<string?> _file;
    private readonly PklOptions _pkl = new();
    private readonly List<(Parameter Parameter, Option Option)> _options = [];

    private readonly Option<string[]> _values = new("--prop")
    {
        Description = "Gives a parameter of the document a value: NAME=VALUE. Can be repeated. A parameter with a flag has an option of its own.",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };

    public DocumentInput(CliContext context, DocumentFlags flags, string description = "The document: JSON, YAML (.yaml, .yml) or Pkl (.pkl); - reads JSON or YAML from the standard input.", bool isRequired = true)
    {
        _context = context;
        _flags = flags;
        _file = new Argument<string?>("FILE") { Description = description, Arity = isRequired ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne };
        _values.Validators.Add(option =>
        {
            foreach (var token in option.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
                option.AddError($"--prop: '{token.Value}' has not the form NAME=VALUE.");
        });
    }

    /// <summary>Call it last: an option that the verb has already is not offered for a parameter too.</summary>
    public void AddTo(Command command)
    {
        command.Add(_file);
        command.Add(_values);
        _pkl.AddTo(command);
        foreach (var parameter in _flags.Parameters)
        {
            if (parameter.Flag is not { } flag || command.Options.Any(option => option.Name == flag || option.Aliases.Contains(flag)) || CommonOptions.Names.Contains(flag))
                continue;
            var option = Option(parameter, flag);
            _options.Add((parameter, option));
            command.Add(option);
        }
    }

    public string? PathOf(System.CommandLine.Parsing.CommandResult result) => result.GetValue(_file);

    /// <exception cref="UsageException">A parameter has no value, or one that it cannot have.</exception>
    /// <exception cref="DocumentException">It is not there or cannot be read.</exception>
    public async Task<Document> ReadAsync(ParseResult result, PklPurpose purpose, CancellationToken cancellation)
    {
        var path = result.GetValue(_file)!;
        var file = await _flags.ReadAsync(path, cancellation);
        if (_flags.Mistakes is { } mistakes)
            throw mistakes;
        var given = Given(result);
        if (!PklDocument.IsPkl(path))
            return new Document(path, file) { Parameters = given };
        var json = await new PklDocument(_context, PklOptions.Of(result)).EvaluateAsync(path, purpose, given, cancellation);
        return new Document(path, json, isEvaluated: true);
    }

    private Dictionary<string, string> Given(ParseResult result)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in result.GetValue(_values) ?? [])
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            Give(pair[..at], pair[(at + 1)..], $"--prop {pair[..at]}");
        }

        foreach (var (parameter, option) in _options)
        {
            if (option is Option<bool> flag && result.GetResult(flag) is { Implicit: false })
                Give(parameter.Name, result.GetValue(flag) ? "true" : "false", flag.Name);
            else if (option is Option<string> text && result.GetResult(text) is { Implicit: false })
                Give(parameter.Name, result.GetValue(text)!, text.Name);
        }

        foreach (var parameter in _flags.Parameters.Where(parameter => !parameter.HasValue && !given.ContainsKey(parameter.Name)))
            throw new UsageException($"The parameter '{parameter.Name}' of the document has no value: give it with {(parameter.Flag is { } flag ? $"{flag} or " : "")}--prop {parameter.Name}=….");
        return given;

        void Give(string name, string value, string option)
        {
            if (_flags.Parameters.FirstOrDefault(one => one.Name == name) is not { } parameter)
                throw new UsageException($"The document has no parameter '{name}'.{Suggestion.Sentence(name, _flags.Parameters.Select(one => one.Name))}");
            if (parameter.Mistake(value) is { } mistake)
                throw new UsageException($"{option}: {mistake}");
            if (given.TryGetValue(name, out var other) && other != value)
                throw new UsageException($"The parameter '{name}' is given twice, as '{other}' and as '{value}'.");
            given[name] = value;
        }
    }

    private static Option Option(Parameter parameter, string flag)
    {
        var note = parameter.HasValue ? parameter.DefaultText is { Length: > 0 } text ? $" Default: {text}." : "" : " Required.";
        var description = $"The document's parameter '{parameter.Name}'.{note}";
        return parameter.Declared.Type == "Boolean"
            ? new Option<bool>(flag) { Description = description }
            : new Option<string>(flag) { Description = description, HelpName = parameter.Declared.Type == "String" ? "TEXT" : "NUMBER" };
    }
}
