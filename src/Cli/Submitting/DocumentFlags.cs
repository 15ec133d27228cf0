using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using System.Text.Json;
using Formae.Cli.CommandLine;
using Formae.Cli.Pkl;
using Formae.Embedded.Host;
using Formae.Model;
using Formae.Protocol.Documents;

namespace Formae.Cli.Submitting;

/// <summary>
/// The parameters of the document that a command line names, found before the line is read for good: each flag among them is an option of the verb.
/// </summary>
internal sealed class DocumentFlags
{
    private readonly string? _path;
    private readonly byte[] _content = [];

    private DocumentFlags(string? path = null, byte[]? content = null)
    {
        _path = path;
        _content = content ?? [];
    }

    public static DocumentFlags None { get; } = new();

    public IReadOnlyList<Parameter> Parameters { get; private init; } = [];

    /// <summary>Set when the parameters could not be read.</summary>
    public Exception? Mistakes { get; private init; }

    /// <param name="args">The command line.</param>
    /// <param name="first">The same, read without any parameters.</param>
    /// <param name="context">Where Pkl is found.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<DocumentFlags> FindAsync(string[] args, ParseResult first, CliContext context, CancellationToken cancellation)
    {
        var command = first.CommandResult.Command;
        if (command.Name is not ("apply" or "destroy" or "validate" or "eval") || command.Arguments.Count == 0 || PathIn(args, first) is not { } path)
            return None;
        var content = path == Document.StandardInput ? await InputAsync(context, cancellation) : await Document.BytesAsync(path, cancellation);
        try
        {
            var parameters = PklDocument.IsPkl(path) ? await OfPklAsync(path, first, context, cancellation) : Of(path, content);
            return new DocumentFlags(path, content) { Parameters = parameters };
        }
        catch (Exception e) when (e is InvalidDocumentException or ToolException && first.Errors.Count == 0)
        {
            // The verb's own edge tells it, in the format that was asked for.
            return new DocumentFlags(path, content) { Mistakes = e };
        }
    }

    /// <summary>The file's bytes, which are read once.</summary>
    public async Task<byte[]> ReadAsync(string path, CancellationToken cancellation) => path == _path ? _content : await Document.BytesAsync(path, cancellation);

    /// <summary>
    /// Which word is the file. A line without parameters says it; in one with parameters, which are not known yet, it is the first word that is a file and no option's.
    /// </summary>
    private static string? PathIn(string[] args, ParseResult first)
    {
        if (first.Errors.Count == 0)
            return first.GetResult("FILE") is ArgumentResult { Tokens: [var named, ..] } && IsThere(named.Value) ? named.Value : null;
        var taken = first.CommandResult.Children.OfType<OptionResult>().SelectMany(option => option.Tokens).Select(token => token.Value).ToHashSet(StringComparer.Ordinal);
        var files = args.Skip(1).Where(word => word == Document.StandardInput || (word.Length > 0 && word[0] != '-' && !taken.Contains(word) && File.Exists(word))).ToList();
        return files.Find(word => Path.GetExtension(word).ToLowerInvariant() is ".pkl" or ".json" or ".yaml" or ".yml") ?? files.FirstOrDefault();
    }

    private static bool IsThere(string path) => path == Document.StandardInput || File.Exists(path);

    private static async Task<byte[]> InputAsync(CliContext context, CancellationToken cancellation)
    {
        await using var input = context.Input();
        return await Document.BytesAsync(input, cancellation);
    }

    private static async Task<IReadOnlyList<Parameter>> OfPklAsync(string path, ParseResult first, CliContext context, CancellationToken cancellation)
    {
        var json = await new PklDocument(context, SettingsOf(first)).EvaluateAsync(path, new PklPurpose(first.CommandResult.Command.Name is "validate" ? "eval" : first.CommandResult.Command.Name, "properties"), [], cancellation);
        return Of(path, json, isEvaluated: true);
    }

    // An option that is wrong is told when the line is read for good.
    private static PklSettings SettingsOf(ParseResult first) =>
        first.Errors.Any(error => error.SymbolResult is OptionResult option && option.Option.Name.StartsWith("--pkl", StringComparison.Ordinal)) ? new PklSettings() : PklOptions.Of(first);

    private static IReadOnlyList<Parameter> Of(string path, byte[] content, bool isEvaluated = false)
    {
        var isYaml = !isEvaluated && Document.IsYaml(path, content);
        if (!MentionsParameters(content, isYaml))
            return [];
        var (parameters, diagnostics) = FormaReader.ReadParameters(content, isYaml ? DocumentFormat.Yaml : DocumentFormat.Auto);
        return diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error)
            ? throw new InvalidDocumentException(new Document(path, content, isEvaluated), diagnostics)
            : [.. parameters.Select(one => new Parameter(one.Key, one.Value))];
    }

    // Most documents have none, and a large one is not read twice for that. The word means the resources' own properties where it is indented.
    private static bool MentionsParameters(byte[] content, bool isYaml)
    {
        var text = content.AsSpan();
        var first = text.IndexOfAnyExcept(" \t\r\n\uFEFF"u8);
        if (isYaml && first >= 0 && text[first] != '{')
            return text.StartsWith("Properties"u8) || text.IndexOf("\nProperties"u8) >= 0 || text.IndexOf("\n\"Properties\""u8) >= 0 || text.IndexOf("\n'Properties'"u8) >= 0;
        try
        {
            var reader = new Utf8JsonReader(text.StartsWith("\uFEFF"u8) ? text[3..] : text, new JsonReaderOptions { MaxDepth = 512, CommentHandling = JsonCommentHandling.Skip });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("Properties"))
                    return true;
                reader.Skip();
            }

            return false;
        }
        catch (JsonException)
        {
            // Flow YAML, or no document at all: its reader knows.
            return Encoding.UTF8.GetString(content).Contains("Properties", StringComparison.Ordinal);
        }
    }
}
