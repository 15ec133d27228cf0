using System.Text.Json;
using System.Text.Json.Nodes;

namespace Formae.Embedded.Host;

/// <summary>
/// Programs of the npm registry: each is installed once, when it is first needed, in the version that a package.json pins. Versions there are exact; there is no lock
/// file, which would hold the packages of one platform only.
/// </summary>
/// <param name="pins">The package.json: what it names under <c>dependencies</c> and <c>devDependencies</c> can be installed.</param>
/// <param name="cache">The folder that installed packages are kept in; made when it is missing.</param>
/// <param name="searchPath">Where npm is looked for: a list of folders as in the variable PATH.</param>
internal sealed class NodePackages(string pins, string cache, string? searchPath)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Finds packages, or installs them.</summary>
    /// <param name="packages">Names; those of one call lie in one folder and find each other.</param>
    /// <param name="installing">Called before an installation, which takes seconds.</param>
    /// <param name="cancellation">Ends the installation.</param>
    /// <returns>The folder with the <c>node_modules</c>.</returns>
    /// <exception cref="ToolException">There is no npm, or it fails; the message says what it said.</exception>
    public async Task<string> InstallAsync(IReadOnlyList<string> packages, Action installing, CancellationToken cancellation)
    {
        var versions = await VersionsAsync(packages, cancellation);
        var home = Home(versions);
        if (Directory.Exists(home))
            return home;
        if (Tool.Find("npm", searchPath) is not { } npm)
            throw new ToolException($"There is no npm on this machine, which installs {packages[0]}.", "Install Node.js, which brings npm.");
        installing();

        // Into a folder of its own first, so that nobody finds half of it, and two at once do not disturb each other.
        var draft = Directory.CreateDirectory($"{home}.{Guid.NewGuid():n}").FullName;
        try
        {
            var manifest = new JsonObject { ["private"] = true, ["dependencies"] = new JsonObject(versions.Select(one => KeyValuePair.Create<string, JsonNode?>(one.Key, one.Value))) };
            await File.WriteAllTextAsync(Path.Combine(draft, "package.json"), manifest.ToJsonString(), cancellation);
            var result = await Tool.RunAsync(npm, ["install", "--omit=dev", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], draft, Patience, cancellation);
            if (result.ExitCode != 0)
                throw new ToolException($"{packages[0]} could not be installed: npm said: {Gist(result.Error)}.", "npm must reach its registry once: see 'npm config get registry'.");
            if (!Directory.Exists(home))
                Directory.Move(draft, home);
        }
        catch (IOException) when (Directory.Exists(home))
        {
            // Somebody else was quicker.
        }
        finally
        {
            if (Directory.Exists(draft))
                Directory.Delete(draft, recursive: true);
        }

        return home;
    }

    /// <summary>The same folder where the packages are installed already; null where they are not.</summary>
    public async Task<string?> FindAsync(IReadOnlyList<string> packages, CancellationToken cancellation) =>
        Home(await VersionsAsync(packages, cancellation)) is var home && Directory.Exists(home) ? home : null;

    private string Home(IEnumerable<KeyValuePair<string, string>> versions) =>
        Path.Combine(cache, string.Join('+', versions.Select(one => $"{one.Key.Split('/')[^1]}-{one.Value}")));

    private async Task<List<KeyValuePair<string, string>>> VersionsAsync(IReadOnlyList<string> packages, CancellationToken cancellation)
    {
        var file = JsonElement.Parse(await File.ReadAllBytesAsync(pins, cancellation));
        var pinned = ((string[])["dependencies", "devDependencies"])
            .SelectMany(kind => file.TryGetProperty(kind, out var some) ? some.EnumerateObject().ToArray() : [])
            .ToDictionary(one => one.Name, one => one.Value.GetString()!, StringComparer.Ordinal);
        return [.. packages.Select(name => KeyValuePair.Create(name, pinned.GetValueOrDefault(name) ?? throw new ToolException($"{pins} does not pin {name}.", null)))];
    }

    // npm says what happened first, and at length where more can be read.
    private static string Gist(string text) =>
        string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line.StartsWith("npm error ", StringComparison.Ordinal) && !line.Contains("complete log", StringComparison.Ordinal)).Take(3).Select(line => line["npm error ".Length..].TrimEnd('.')).DefaultIfEmpty("nothing"));
}
