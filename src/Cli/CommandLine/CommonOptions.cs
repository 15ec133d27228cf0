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

    private readonly Option<string> _output = new Option<string>("--output", "-o")
    {
        Description = "How to print: for people, or the API's objects.",
        HelpName = "human|json|yaml",
        DefaultValueFactory = _ => "human",
    }.AcceptOnlyFromAmong("human", "json", "yaml");

    public CommonOptions() => _server.Validators.Add(ValidateServer);

    public void AddTo(Command command)
    {
        command.Add(_server);
        command.Add(_key);
        command.Add(_output);
    }

    /// <exception cref="UsageException">The variable holds no address.</exception>
    public Session Open(ParseResult result, CliContext context, CancellationToken cancellation)
    {
        var given = result.GetValue(_server);
        var server = FormaeClientOptions.DefaultServer;
        if ((given ?? context.Variable(ServerVariable)) is { Length: > 0 } text && !TryServer(text, out server))
            throw new UsageException($"{ServerVariable}='{text}' is no http or https address.");
        return new Session(context, server, result.GetValue(_key) ?? context.Variable(KeyVariable), cancellation)
        {
            Format = Enum.Parse<OutputFormat>(result.GetValue(_output)!, ignoreCase: true),
            LookLater = given is null ? "" : $" --server {given}",
        };
    }

    private static bool TryServer(string text, out Uri server) =>
        Uri.TryCreate(text, UriKind.Absolute, out server!) && server.Scheme is "http" or "https";

    private static void ValidateServer(OptionResult option)
    {
        if (option.Tokens is [var token, ..] && !TryServer(token.Value, out _))
            option.AddError($"--server: '{token.Value}' is no http or https address.");
    }
}
