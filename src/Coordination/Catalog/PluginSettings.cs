using Microsoft.Extensions.Options;

namespace Formae.Coordination.Catalog;

/// <summary>What the operator of this control plane says of plugins, section <c>Formae:Plugins</c>, by their names in any case. Changed settings hold from the next look on.</summary>
public sealed class PluginOptions
{
    public const string Section = "Formae";

    /// <summary><c>Formae:Plugins:NAME</c>.</summary>
    public Dictionary<string, PluginSettings> Plugins { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary><c>Formae:Skipped</c>: the plugins that whoever starts the apps (<c>formae up</c>) did not start, since this control plane cannot work with them.</summary>
    public IReadOnlyList<SkippedPlugin> Skipped { get; set; } = [];
}

/// <summary>A plugin that was not started.</summary>
public sealed class SkippedPlugin
{
    public string Name { get; set; } = "";

    public string Namespace { get; set; } = "";

    public string Version { get; set; } = "";

    /// <summary>Why, with both versions.</summary>
    public string Reason { get; set; } = "";
}

/// <summary>What the operator says of one plugin.</summary>
public sealed class PluginSettings
{
    /// <summary>Whether it is given anything new to do. Default true; what it has begun is carried on either way.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Calls a second over its whole namespace, instead of what it announces; 0 is no limit. From 0 to 100000.</summary>
    public double? MaxRequestsPerSecond { get; set; }
}

internal sealed class PluginOptionsValidation : IValidateOptions<PluginOptions>
{
    public ValidateOptionsResult Validate(string? name, PluginOptions options)
    {
        var wrong = options.Plugins.Where(plugin => plugin.Value.MaxRequestsPerSecond is < 0 or > 100_000 or double.NaN)
            .Select(plugin => $"Formae:Plugins:{plugin.Key}:MaxRequestsPerSecond is {plugin.Value.MaxRequestsPerSecond}; it is 0 (no limit) to 100000.").ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
