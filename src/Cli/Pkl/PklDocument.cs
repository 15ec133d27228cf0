using Formae.Cli.CommandLine;
using Formae.Cli.Submitting;
using Formae.Cli.Terminals;
using Formae.Embedded.Host;
using Spectre.Console;

namespace Formae.Cli.Pkl;

/// <summary>Evaluates a document that is written in Pkl. It reads files below one folder, the parameters that are given, and the variables that are named: nothing else.</summary>
internal sealed class PklDocument(CliContext context, PklSettings settings)
{
    private const string AllowedModules = "pkl:,file:,package:,projectpackage:";

    // Pkl stops by itself and says where; this is for when it does not.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(1);

    private string? _program;

    public static bool IsPkl(string path) => Path.GetExtension(path).Equals(".pkl", StringComparison.OrdinalIgnoreCase);

    /// <param name="file">The document, which exists.</param>
    /// <param name="purpose">What it is evaluated for; the document can see it.</param>
    /// <param name="parameters">Values of its parameters.</param>
    /// <returns>JSON.</returns>
    /// <exception cref="InvalidDocumentException">Pkl refuses it.</exception>
    /// <exception cref="ToolException">There is no Pkl, or it took too long.</exception>
    public async Task<byte[]> EvaluateAsync(string file, PklPurpose purpose, IEnumerable<KeyValuePair<string, string>> parameters, CancellationToken cancellation)
    {
        _program ??= await new PklProgram(context).FindAsync(settings.Program, cancellation);
        var path = Path.GetFullPath(file);
        var evaluation = Tool.RunAsync(_program, Arguments(path, purpose, parameters), Path.GetDirectoryName(path)!, settings.Timeout + Grace, cancellation);
        if (await Task.WhenAny(evaluation, Task.Delay(QuietFor, context.Time, cancellation)) != evaluation)
            context.Terminal.Error.MarkupLine($"[grey]{Literal.Of($"formae: evaluating {file} …")}[/]");
        var result = await evaluation;
        return result.ExitCode == 0 ? result.Output : throw PklMistake.Read(result.Error, file);
    }

    private IEnumerable<string> Arguments(string path, PklPurpose purpose, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        yield return "eval";
        yield return "--format=json";
        yield return "--color=never";

        // A project file may ask for settings of its own, such as programs to start; what counts is what stands here.
        yield return "--omit-project-settings";
        yield return $"--root-dir={Root(path)}";
        yield return $"--allowed-modules={AllowedModules}";
        yield return $"--allowed-resources=prop:,file:{string.Concat(settings.Variables.Select(name => $",env:{System.Text.RegularExpressions.Regex.Escape(name)}$"))}";
        yield return $"--timeout={Math.Ceiling(settings.Timeout.TotalSeconds):0}";
        foreach (var (name, value) in parameters)
        {
            yield return "--property";
            yield return $"{name}={value}";
        }

        yield return "--property";
        yield return $"$cmd={purpose.Command}";
        yield return "--property";
        yield return $"$mode={purpose.Mode}";
        yield return path;
    }

    private string Root(string path)
    {
        if (settings.Root is { Length: > 0 } given)
            return Path.GetFullPath(given);
        var own = Path.GetDirectoryName(path)!;
        for (var folder = new DirectoryInfo(own); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PklProject")) || Path.Exists(Path.Combine(folder.FullName, ".git")))
                return folder.FullName;
        }

        return own;
    }
}

/// <param name="Command"><c>apply</c>, <c>destroy</c> or <c>eval</c>.</param>
/// <param name="Mode"><c>reconcile</c>, <c>patch</c> or <c>none</c>; <c>properties</c> when only the parameters are wanted.</param>
internal sealed record PklPurpose(string Command, string Mode);
