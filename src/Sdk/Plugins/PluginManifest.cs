using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Formae.Sdk;

/// <summary>What a plugin says of itself: the file <c>plugin.json</c> beside the app.</summary>
public sealed partial record PluginManifest
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "plugin.json";

    /// <summary>The plugin's name: lower-case letters, digits and hyphens, a letter first.</summary>
    public required string Name { get; init; }

    /// <summary>The namespace it serves: what stands before the first <c>::</c> of its types.</summary>
    public required string Namespace { get; init; }

    /// <summary>A semantic version.</summary>
    public required string Version { get; init; }

    /// <summary>The name of the app's assembly, without <c>.dll</c>.</summary>
    public string? Assembly { get; init; }

    /// <summary>One sentence for people.</summary>
    public string? Summary { get; init; }

    /// <summary>Who publishes it.</summary>
    public string? Publisher { get; init; }

    /// <summary>An SPDX expression.</summary>
    public string? License { get; init; }

    /// <summary>The oldest bus contract it understands. Default: the one it was built with.</summary>
    public int MinContract { get; set; } = Protocol.Bus.BusContract.Version;

    /// <summary>The oldest control plane that it works with, a semantic version. Default: any that speaks its contract.</summary>
    public string? MinFormaeVersion { get; init; }

    /// <summary>The events that it wants to hear of: types such as <c>command.finished</c>, or <c>drift.*</c> for all of a kind. Default: none.</summary>
    public IReadOnlyList<string> Events { get; set => field = value ?? []; } = [];

    /// <summary>Reads and checks a manifest.</summary>
    /// <param name="path">The file; default: <c>plugin.json</c> in the app's folder.</param>
    /// <exception cref="InvalidDataException">The file is missing, is no manifest, or a value in it is wrong; the message names both.</exception>
    public static PluginManifest Load(string? path = null)
    {
        if (string.IsNullOrEmpty(path))
            path = Path.Combine(AppContext.BaseDirectory, FileName);
        if (!File.Exists(path))
            throw new InvalidDataException($"The plugin has no manifest: '{path}' does not exist.");
        try
        {
            var manifest = JsonSerializer.Deserialize(File.ReadAllBytes(path), ManifestJson.Default.PluginManifest) ?? throw new InvalidDataException($"'{path}' is empty.");
            return manifest.Check(path);
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"'{path}' is no manifest: {wrong.Message}", wrong);
        }
    }

    private PluginManifest Check(string path)
    {
        if (!NamePattern().IsMatch(Name))
            throw new InvalidDataException($"'{path}': name '{Name}' must consist of lower-case letters, digits and hyphens, a letter first.");
        if (!NamespacePattern().IsMatch(Namespace))
            throw new InvalidDataException($"'{path}': namespace '{Namespace}' must consist of letters and digits, a letter first.");
        if (!VersionPattern().IsMatch(Version))
            throw new InvalidDataException($"'{path}': version '{Version}' is no semantic version such as 1.2.3.");
        if (MinFormaeVersion is not null && Protocol.Bus.VersionGate.Find(MinFormaeVersion) is null)
            throw new InvalidDataException($"'{path}': minFormaeVersion '{MinFormaeVersion}' is no semantic version such as 1.2.3.");
        try
        {
            Protocol.Bus.EventTypes.Expand(Events);
        }
        catch (FormatException wrong)
        {
            throw new InvalidDataException($"'{path}': {wrong.Message}", wrong);
        }

        return this;
    }

    [GeneratedRegex("^[a-z][a-z0-9-]*$")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]*$")]
    private static partial Regex NamespacePattern();

    [GeneratedRegex(@"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$")]
    private static partial Regex VersionPattern();
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PluginManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
