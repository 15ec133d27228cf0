using System.Text.Json.Serialization;
using Formae.Sdk;

namespace Formae.Plugins.Local;

/// <summary>The config of a target of this plugin.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LocalTarget
{
    [RequiredOnCreate, Description("The folder that everything stays below: an absolute path; made when it is missing.")]
    public required string Root { get; init; }
}
