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

    private const string Advice = "Install Node.js, or start without --azurite: everything is then kept in SQLite.";

    /// <summary>Looks whether it can be run at all; what it answers finds it, which may take an installation.</summary>
    /// <exception cref="ToolException">There is no Node.js.</exception>
    public Func<Task<AzuriteProgram>> Prepare(CancellationToken cancellation)
    {
        var path = context.Variable("PATH");
        var node = Tool.Find("node", path) ?? throw new ToolException("--azurite runs Azurite, and there is no Node.js on this machine, which Azurite needs.", Advice);
        return () => FindAsync(node, path, cancellation);
    }

    /// <exception cref="ToolException">npm cannot install it.</exception>
    private async Task<AzuriteProgram> FindAsync(string node, string? path, CancellationToken cancellation)
    {
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
