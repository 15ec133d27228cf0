using Formae.Cli.Output;
using Formae.Cli.Terminals;
using Formae.Client;

namespace Formae.Cli.CommandLine;

/// <summary>One run of a verb against one server.</summary>
internal sealed class Session(CliContext context, Uri server, string? key, CancellationToken cancellation, Func<CancellationToken, ValueTask<string>>? token = null) : IDisposable
{
    public FormaeClient Client { get; } = new(new FormaeClientOptions { Server = server, Key = key, Token = token, ClientId = ClientIdentity.Of(context) });

    public Terminal Terminal => context.Terminal;

    public TimeProvider Time => context.Time;

    /// <summary>Set when the person wants to leave.</summary>
    public CancellationToken Cancellation => cancellation;

    public OutputFormat Format { get; init; } = OutputFormat.Human;

    /// <summary>What to add to <c>formae status ID</c> so that it finds the same server.</summary>
    public string LookLater { get; init; } = "";

    public string StatusCommand(string id) => $"formae status {id}{LookLater}";

    public string CancelCommand(string id) => $"formae cancel {id}{LookLater}";

    public void Dispose() => Client.Dispose();
}
