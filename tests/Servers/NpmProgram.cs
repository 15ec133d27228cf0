using Formae.Embedded.Host;

namespace Formae.Servers;

/// <summary>A program of the npm registry, installed once into artifacts/cache in the version that tools/package.json pins.</summary>
/// <param name="Node">Node.js; null where <paramref name="Missing"/> says what the machine lacks.</param>
/// <param name="Home">The folder with its <c>node_modules</c>.</param>
/// <param name="Missing">Null, or why it cannot be run here.</param>
public sealed record NpmProgram(string? Node, string? Home, string? Missing)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Finds it, or installs it. Where the registry does answer, an installation that fails is a failure.</summary>
    public static async Task<NpmProgram> FindAsync(string package, CancellationToken cancellation)
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        if (Tool.Find("node", path) is not { } node || Tool.Find("npm", path) is not { } npm)
            return new NpmProgram(null, null, $"There is no Node.js on this machine, which {package} needs.");
        try
        {
            return new NpmProgram(node, await new NodePackages(Path.Combine(Repository.Root, "tools", "package.json"), Repository.Cache, path).InstallAsync([package], () => { }, cancellation), null);
        }
        catch (ToolException e)
        {
            var answer = await Tool.RunAsync(npm, ["view", package, "version"], Path.GetTempPath(), Patience, cancellation);
            return answer.ExitCode == 0 ? throw new InvalidOperationException(e.Message, e) : new NpmProgram(null, null, $"The npm registry does not answer: {e.Message}");
        }
    }
}
