using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Formae.Cli.CommandLine;
using Formae.Cli.Terminals;
using Spectre.Console;

namespace Formae.Cli.Pkl;

/// <summary>Finds the pkl program: the one that is named, the one on the path, or one that npm installs once, in the version that tools/package.json pins.</summary>
internal sealed class PklProgram(CliContext context)
{
    public const string CacheVariable = "FORMAE_CACHE_DIR";

    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(5);

    // Beside the program: what is installed is part of what was built. Versions in it are exact; there is no lock file, which would hold the packages of one platform only.
    private static readonly string Pins = Path.Combine(AppContext.BaseDirectory, "tools", "package.json");

    /// <exception cref="ToolException">There is none, and none can be installed.</exception>
    public async Task<string> FindAsync(string? named, CancellationToken cancellation)
    {
        if ((named ?? context.Variable(PklOptions.ProgramVariable)) is { Length: > 0 } given)
            return Tool.IsProgram(given) ? Path.GetFullPath(given) : throw new ToolException($"{given} is no program.", $"--pkl and ${PklOptions.ProgramVariable} name the pkl program itself.");
        if (Tool.Find("pkl", context.Variable("PATH")) is { } found)
            return found;
        var home = Path.Combine(CacheFolder(), "pkl-" + Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Pins, cancellation)).AsSpan(0, 6)));
        var program = Path.Combine(home, "node_modules", "@pkl-community", $"pkl-{Platform()}", "bin", OperatingSystem.IsWindows() ? "pkl.exe" : "pkl");
        if (!Tool.IsProgram(program))
            await InstallAsync(home, cancellation);
        return Tool.IsProgram(program) ? program : throw Missing($"npm has no pkl program for {Platform()}.");
    }

    // Into a folder of its own first, so that nobody finds half of it, and two at once do not disturb each other.
    private async Task InstallAsync(string home, CancellationToken cancellation)
    {
        if (Tool.Find("npm", context.Variable("PATH")) is not { } npm)
            throw Missing("The document is written in Pkl, and there is no pkl program on this machine.");
        context.Terminal.Error.MarkupLine($"[grey]{Literal.Of("formae: installing Pkl … once")}[/]");
        Directory.CreateDirectory(Path.GetDirectoryName(home)!);
        var folder = Directory.CreateDirectory($"{home}.{Guid.NewGuid():n}").FullName;
        try
        {
            File.Copy(Pins, Path.Combine(folder, Path.GetFileName(Pins)));
            var result = await Tool.RunAsync(npm, ["install", "--omit=dev", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder, InstallTimeout, cancellation);
            if (result.ExitCode != 0)
                throw Missing($"Pkl could not be installed: npm said: {Gist(result.Error)}.");
            if (!Directory.Exists(home))
                Directory.Move(folder, home);
        }
        catch (IOException) when (Directory.Exists(home))
        {
            // Somebody else was quicker.
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private static ToolException Missing(string message) => new(message,
        $"Install it in one of two ways: put the pkl program (pkl-lang.org) on the path, or name it with --pkl or ${PklOptions.ProgramVariable}; or install Node.js, whose npm formae then uses to install Pkl by itself.");

    private string CacheFolder()
    {
        if (context.Variable(CacheVariable) is { Length: > 0 } chosen)
            return Path.GetFullPath(chosen);
        var cache = context.Variable("XDG_CACHE_HOME") is { Length: > 0 } given ? given : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(cache, "formae");
    }

    private static string Platform()
    {
        var system = OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "linux";
        return $"{system}-{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64")}";
    }

    // npm says what happened first, and at length where more can be read.
    private static string Gist(string text) =>
        string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line.StartsWith("npm error ", StringComparison.Ordinal) && !line.Contains("complete log", StringComparison.Ordinal)).Take(3).Select(line => line["npm error ".Length..].TrimEnd('.')).DefaultIfEmpty("nothing"));
}
