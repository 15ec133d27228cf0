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

    /// <summary>It was not even started (<see cref="PluginOptions.Skipped"/>), so that there is no beat to wait for.</summary>
    public bool IsSkipped { get; init; }

    public bool IsSilent(DateTimeOffset now) => !IsSkipped && now - LastBeat > SilentAfter;
}
