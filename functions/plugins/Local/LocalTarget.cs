using System.Text.Json.Serialization;

namespace Formae.Plugins.Local;

/// <summary>The config of a target of this plugin.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LocalTarget
{
    /// <summary>The folder that everything stays below: an absolute path; made when it is missing.</summary>
    public required string Root { get; init; }
}
