using System.Reflection;
using NuGet.Versioning;

namespace Formae.Protocol.Bus;

/// <summary>Which plugins a control plane of some version can work with.</summary>
/// <param name="version">The version of the control plane.</param>
public sealed class VersionGate(string version)
{
    private readonly SemanticVersion? _version = Find(version);

    /// <summary>The version of the control plane.</summary>
    public string Version { get; } = version;

    /// <summary>Nobody has released this control plane, so that its version says nothing of what it can do.</summary>
    public bool IsDevelopment => _version is null || IsUnreleased(_version);

    /// <summary>The gate of the control plane that an assembly is a part of.</summary>
    public static VersionGate Of(Assembly assembly) =>
        new(assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0");

    /// <summary>Why this control plane cannot work with a plugin that says this, with both versions; null when it can.</summary>
    public string? RefusalOf(PluginAnnouncement plugin)
    {
        if (plugin.MinContract > BusContract.Version)
            return $"{ContractsOf(plugin)} Update the control plane, or deploy an older version of the plugin.";
        if (plugin.MaxContract < BusContract.Version)
            return $"{ContractsOf(plugin)} Update the plugin.";
        if (IsDevelopment || plugin.MinFormaeVersion is not { } floor)
            return null;
        if (Find(floor) is not { } least)
            return $"Plugin {plugin.Name} {plugin.Version} asks for formae '{floor}', which is no semantic version; this control plane is formae {Version}. Correct minFormaeVersion in its plugin.json.";
        return _version!.CompareTo(least) < 0
            ? $"Plugin {plugin.Name} {plugin.Version} asks for formae {floor} or newer; this control plane is formae {Version}. Update the control plane, or deploy an older version of the plugin."
            : null;
    }

    /// <summary>What a plugin asks for and this control plane, being a development build, does not look at; null when there is nothing of the kind.</summary>
    public string? NoticeOf(PluginAnnouncement plugin) =>
        IsDevelopment && plugin.MinFormaeVersion is { } floor && Find(floor) is var least && (least is null || _version is null || _version.CompareTo(least) < 0)
            ? $"Plugin {plugin.Name} {plugin.Version} asks for formae {floor} or newer; this control plane is the development build {Version}, which takes it nevertheless."
            : null;

    /// <summary>Null when the text is no semantic version.</summary>
    public static SemanticVersion? Find(string? text) => SemanticVersion.TryParse(text ?? "", out var found) ? found : null;

    /// <summary>Built by a developer: 0.0.0 with any label, or a label that begins with <c>dev</c>, as in 1.2.0-dev.7.</summary>
    private static bool IsUnreleased(SemanticVersion version) => version is { Major: 0, Minor: 0, Patch: 0 } || version.ReleaseLabels.FirstOrDefault() == "dev";

    private static string ContractsOf(PluginAnnouncement plugin) =>
        $"Plugin {plugin.Name} {plugin.Version} speaks {(plugin.MinContract == plugin.MaxContract ? $"contract {plugin.MinContract}" : $"contracts {plugin.MinContract} to {plugin.MaxContract}")}; "
        + $"this control plane speaks contract {BusContract.Version}.";
}
