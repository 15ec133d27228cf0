using Formae.Cli.CommandLine;
using Formae.Cli.Terminals;
using Formae.Embedded.Host;
using Spectre.Console;

namespace Formae.Cli.Up;

/// <summary>Finds Azurite, or has npm install it once, in the version that tools/package.json pins.</summary>
internal sealed class AzuriteInstall(CliContext context)
{
    // Beside the program: what is installed is part of what was built.
    private static readonly string Tools = Path.Combine(AppContext.BaseDirectory, "tools");

    /// <exception cref="ToolException">There is no Node.js, or npm cannot install it.</exception>
    public async Task<AzuriteProgram> FindAsync(CancellationToken cancellation)
    {
        const string Advice = "Install Node.js, or start without --azurite: everything is then kept in SQLite.";
        var path = context.Variable("PATH");
        var node = Tool.Find("node", path) ?? throw new ToolException("--azurite runs Azurite, and there is no Node.js on this machine, which Azurite needs.", Advice);
        try
        {
            var home = await new NodePackages(Path.Combine(Tools, "package.json"), CacheFolder.Of(context), path).InstallAsync(
                ["azurite"], () => context.Terminal.Error.MarkupLine($"[grey]{Literal.Of("formae: installing Azurite … once")}[/]"), cancellation);
            return new AzuriteProgram(node, Path.Combine(Tools, "azurite.cjs"), Path.Combine(home, "node_modules", "azurite"));
        }
        catch (ToolException e)
        {
            throw new ToolException($"--azurite runs Azurite, which is not there. {e.Message}", Advice, e);
        }
    }
}
