using System.Text.Json;

namespace Formae.Embedded.Host;

/// <summary>What the plugin.json of an app's folder says. Keys that are not known are ignored.</summary>
/// <param name="Name">Unique among the apps of a system.</param>
/// <param name="Namespace">What the app serves.</param>
/// <param name="Version">Of the app.</param>
/// <param name="AssemblyPath">The full path of the app's .dll.</param>
internal sealed record AppManifest(string Name, string Namespace, string Version, string AssemblyPath)
{
    /// <summary>The oldest control plane that the app works with; null is any.</summary>
    public string? MinFormaeVersion { get; init; }

    /// <summary>The oldest bus contract that the app understands; null when it does not say.</summary>
    public int? MinContract { get; init; }

    /// <summary>What the app wants to be told of, as it says it.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    public const string FileName = "plugin.json";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <exception cref="InvalidDataException">There is no manifest, or it is wrong: the message has file and place.</exception>
    public static AppManifest Read(string folder)
    {
        var path = Path.Combine(Path.GetFullPath(folder), FileName);
        if (!File.Exists(path))
            throw new InvalidDataException($"{path} is missing: the folder holds no plugin.");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(File.ReadAllBytes(path).AsMemory(), Lenient);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}({e.LineNumber + 1},{e.BytePositionInLine + 1}): this is no JSON: {e.Message}", e);
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InvalidDataException($"{path}(1,1): an object is expected.");
            var assembly = Text("assembly");
            var assemblyPath = Path.Combine(Path.GetDirectoryName(path)!, assembly.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? assembly : assembly + ".dll");
            if (!File.Exists(assemblyPath))
                throw new InvalidDataException($"{path}: 'assembly' names {assemblyPath}, which does not exist; is the plugin built?");
            var name = Text("name");
            if (name.AsSpan().ContainsAnyExcept(NameCharacters))
                throw new InvalidDataException($"{path}: 'name' is '{name}'; it may hold letters, digits, '-', '_' and '.'.");
            var events = document.RootElement.TryGetProperty("events", out var wishes) && wishes.ValueKind != JsonValueKind.Null
                ? wishes.ValueKind == JsonValueKind.Array && wishes.EnumerateArray().All(wish => wish.ValueKind == JsonValueKind.String)
                    ? wishes.EnumerateArray().Select(wish => wish.GetString()!).ToArray()
                    : throw new InvalidDataException($"{path}: 'events' must be a list of texts.")
                : [];
            return new AppManifest(name, Text("namespace"), Text("version"), assemblyPath)
            {
                Events = events,
                MinFormaeVersion = document.RootElement.TryGetProperty("minFormaeVersion", out var floor) && floor.ValueKind != JsonValueKind.Null ? Text("minFormaeVersion") : null,
                MinContract = document.RootElement.TryGetProperty("minContract", out var contract)
                    ? contract.ValueKind == JsonValueKind.Number && contract.TryGetInt32(out var number) ? number : throw new InvalidDataException($"{path}: 'minContract' must be a whole number.")
                    : null,
            };

            string Text(string key) => document.RootElement.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
                ? text
                : throw new InvalidDataException($"{path}: '{key}' must be a text.");
        }
    }

    /// <summary>The manifests of the folders right below <paramref name="folder"/> that hold one, by name.</summary>
    public static IReadOnlyList<AppManifest> ReadAll(string folder) => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateDirectories(folder).Where(one => File.Exists(Path.Combine(one, FileName))).Select(Read).OrderBy(manifest => manifest.Name, StringComparer.Ordinal)];

    private static readonly System.Buffers.SearchValues<char> NameCharacters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
}
