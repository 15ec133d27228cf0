using Formae.Protocol.Bus;

namespace Formae.Coordination.Catalog;

/// <summary>A plugin that has announced itself.</summary>
/// <param name="Announcement">What it said last.</param>
/// <param name="LastBeat">When it was last heard of.</param>
/// <param name="Text">What tells the announcement from another: its text as it is stored, or the claim to it.</param>
public sealed record PluginEntry(PluginAnnouncement Announcement, DateTimeOffset LastBeat, string Text)
{
    /// <summary>Three beats missed.</summary>
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(100);

    /// <summary>Why it cannot be worked with; null when it can.</summary>
    public string? Refusal { get; init; }

    public bool IsSilent(DateTimeOffset now) => now - LastBeat > SilentAfter;

    /// <summary>Why this control plane cannot work with a plugin that says this; null when it can.</summary>
    public static string? RefusalOf(PluginAnnouncement announcement) =>
        announcement.MinContract > BusContract.Version || announcement.MaxContract < BusContract.Version
            ? $"Plugin {announcement.Name} {announcement.Version} speaks {ContractsOf(announcement)}; this control plane speaks contract {BusContract.Version}. "
                + (announcement.MinContract > BusContract.Version ? "Update the control plane, or deploy an older version of the plugin." : "Update the plugin.")
            : null;

    private static string ContractsOf(PluginAnnouncement announcement) => announcement.MinContract == announcement.MaxContract
        ? $"contract {announcement.MinContract}"
        : $"contracts {announcement.MinContract} to {announcement.MaxContract}";
}
