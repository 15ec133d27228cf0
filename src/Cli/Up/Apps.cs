using System.Text.Json;

namespace Formae.Cli.Up;

/// <summary>A function app on the disk.</summary>
/// <param name="Name">What its lines in the log begin with.</param>
/// <param name="Assembly">Its dll.</param>
internal sealed record App(string Name, string Assembly);

/// <summary>A plugin's app and the namespace it serves.</summary>
internal sealed record PluginFolder(string Name, string Assembly, string Namespace)
{
    private const string Manifest = "plugin.json";

    public string RequestQueue => $"formae-requests-{Namespace.ToLowerInvariant()}";

    /// <exception cref="AppsException">There is no manifest, or it is wrong; the message says which and why.</exception>
    public static PluginFolder Read(string folder)
    {
        var file = Path.Combine(folder, Manifest);
        if (!File.Exists(file))
            throw new AppsException($"{folder} is no plugin app: it has no {Manifest}.");
        JsonElement manifest;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            manifest = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new AppsException($"{file} is no JSON: {e.Message}", e);
        }

        var assembly = Path.Combine(folder, $"{Text(manifest, "assembly", file)}.dll");
        if (!File.Exists(assembly))
            throw new AppsException($"{file} names the assembly {Path.GetFileName(assembly)}, which is not beside it.");
        return new PluginFolder(Text(manifest, "name", file), assembly, Text(manifest, "namespace", file));
    }

    private static string Text(JsonElement manifest, string name, string file) =>
        manifest.ValueKind == JsonValueKind.Object && manifest.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            && !text.AsSpan().ContainsAny('/', '\\', ';')
            ? text
            : throw new AppsException($"{file}: '{name}' is missing or no name.");
}

/// <summary>The apps that <c>formae up</c> runs: those beside it, and the plugins that were named.</summary>
internal sealed record Apps(App Coordinator, IReadOnlyList<PluginFolder> Plugins)
{
    /// <param name="folder"><c>apps/</c>: <c>coordinator</c>, and <c>plugins</c> with a folder each.</param>
    /// <param name="further">Folders of further plugins.</param>
    /// <exception cref="AppsException">Something is missing, wrong, or there twice.</exception>
    public static Apps Find(string folder, IReadOnlyList<string> further)
    {
        var coordinator = Path.Combine(folder, "coordinator", "Formae.Coordinator.dll");
        if (!File.Exists(coordinator))
            throw new AppsException($"The coordinator is missing: there is no {coordinator}. Build src/Cli, which puts it there.");
        var installed = Path.Combine(folder, "plugins");
        var plugins = (Directory.Exists(installed) ? Directory.GetDirectories(installed).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
            .Concat(further.Select(Path.GetFullPath))
            .Select(PluginFolder.Read)
            .ToList();
        Refuse(plugins.GroupBy(plugin => plugin.Name, StringComparer.OrdinalIgnoreCase), "name");
        Refuse(plugins.GroupBy(plugin => plugin.Namespace, StringComparer.OrdinalIgnoreCase), "namespace");
        return new Apps(new App("coordinator", coordinator), plugins);
    }

    private static void Refuse(IEnumerable<IGrouping<string, PluginFolder>> groups, string what)
    {
        if (groups.FirstOrDefault(group => group.Skip(1).Any()) is { } twice)
            throw new AppsException($"Two plugins have the {what} '{twice.Key}': {string.Join(" and ", twice.Select(plugin => Path.GetDirectoryName(plugin.Assembly)))}.");
    }
}

/// <summary>The apps cannot be run as they lie there.</summary>
internal sealed class AppsException(string message, Exception? inner = null) : Exception(message, inner);
