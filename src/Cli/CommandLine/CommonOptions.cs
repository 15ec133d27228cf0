using System.CommandLine;
using System.CommandLine.Parsing;
using Formae.Cli.Output;
using Formae.Client;

namespace Formae.Cli.CommandLine;

/// <summary>The options of every verb that talks to a server.</summary>
internal sealed class CommonOptions
{
    public const string ServerVariable = "FORMAE_SERVER";
    public const string KeyVariable = "FORMAE_KEY";
    public const string TokenVariable = "FORMAE_TOKEN";
    public const string EntraVariable = "FORMAE_ENTRA";
    public const string TraceVariable = "FORMAE_TRACE";

    /// <summary>Names that no parameter of a document gets for its option.</summary>
    public static readonly IReadOnlySet<string> Names = new HashSet<string>(StringComparer.Ordinal) { "--server", "--key", "--entra", "--trace", "--output", "--help", "--version" };

    private readonly Option<string?> _server = new("--server")
    {
        Description = $"Address of the control plane. Default: ${ServerVariable}, else {FormaeClientOptions.DefaultServer.OriginalString}.",
        HelpName = "URL",
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = $"Function key, sent as x-functions-key. Default: ${KeyVariable}, else none. The variable is safer: others on the machine can see arguments.",
        HelpName = "KEY",
    };

    private readonly Option<string?> _entra = new("--entra")
    {
        Description = $"Send a token of Microsoft Entra ID for this application (its id or api:// URI), from the identity that is signed in. Default: ${EntraVariable}, else none; ${TokenVariable} is sent as it is.",
        HelpName = "AUDIENCE",
    };

    private readonly Option<string?> _trace = new("--trace")
    {
        Description = $"Add the spans of this call to a file, with the context for the server to go on from. Default: ${TraceVariable}, else none.",
        HelpName = "FILE",
    };

    private readonly Option<string> _output = new Option<string>("--output", "-o")
    {
        Description = "How to print: for people, or the API's objects. Of what changes anything, json and yaml ask nothing: they need --yes or --simulate.",
        HelpName = "human|json|yaml",
        DefaultValueFactory = _ => "human",
    }.AcceptOnlyFromAmong("human", "json", "yaml");

    public CommonOptions() => _server.Validators.Add(ValidateServer);

    /// <summary>False for a verb that prints one thing in one form.</summary>
    public bool HasOutput { get; init; } = true;

    public void AddTo(Command command)
    {
        command.Add(_server);
        command.Add(_key);
        command.Add(_entra);
        command.Add(_trace);
        if (HasOutput)
            command.Add(_output);
    }

    /// <summary>The address was chosen, by an option or by the variable, and is not just the default.</summary>
    public bool IsServerGiven(ParseResult result, CliContext context) => (result.GetValue(_server) ?? context.Variable(ServerVariable)) is { Length: > 0 };

    /// <summary>The file that spans of the call go to; null for none.</summary>
    public string? TraceFile(ParseResult result, CliContext context) =>
        (result.GetValue(_trace) ?? context.Variable(TraceVariable)) is { Length: > 0 } file ? Path.GetFullPath(file) : null;

    /// <exception cref="UsageException">The variable holds no address, or a token would be sent in the open.</exception>
    public Session Open(ParseResult result, CliContext context, CancellationToken cancellation)
    {
        var given = result.GetValue(_server);
        var server = FormaeClientOptions.DefaultServer;
        if ((given ?? context.Variable(ServerVariable)) is { Length: > 0 } text && !TryServer(text, out server))
            throw new UsageException($"{ServerVariable}='{text}' is no http or https address.");
        var token = Token(result, context);
        if (token is not null && server.Scheme != Uri.UriSchemeHttps && !server.IsLoopback)
            throw new UsageException($"A token is sent over https only, and the server is {server}.");
        return new Session(context, server, result.GetValue(_key) ?? context.Variable(KeyVariable), cancellation, token)
        {
            Format = HasOutput ? Enum.Parse<OutputFormat>(result.GetValue(_output)!, ignoreCase: true) : OutputFormat.Human,
            LookLater = given is null ? "" : $" --server {given}",
        };
    }

    /// <summary>What is given for this one call goes before what is set for all; null for neither.</summary>
    private Func<CancellationToken, ValueTask<string>>? Token(ParseResult result, CliContext context)
    {
        if (result.GetValue(_entra) is { Length: > 0 } given)
            return new EntraToken(context.Credential, given).GetAsync;
        if (context.Variable(TokenVariable) is { Length: > 0 } token)
            return _ => new(token);
        return context.Variable(EntraVariable) is { Length: > 0 } audience ? new EntraToken(context.Credential, audience).GetAsync : null;
    }

    private static bool TryServer(string text, out Uri server) =>
        Uri.TryCreate(text, UriKind.Absolute, out server!) && server.Scheme is "http" or "https";

    private static void ValidateServer(OptionResult option)
    {
        if (option.Tokens is [var token, ..] && !TryServer(token.Value, out _))
            option.AddError($"--server: '{token.Value}' is no http or https address.");
    }
}
