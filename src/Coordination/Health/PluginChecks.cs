using Formae.Coordination.Catalog;
using Formae.Protocol.Http;

namespace Formae.Coordination.Health;

/// <summary>The plugins: who is there, who fell silent, who cannot be worked with.</summary>
public sealed class PluginChecks(PluginCatalog catalog, TimeProvider time)
{
    public async Task<IReadOnlyList<DoctorCheck>> LookAsync(CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        var checks = catalog.Plugins.Concat(catalog.Refused).OrderBy(plugin => plugin.Announcement.Name, StringComparer.Ordinal).Select(Check).ToList();
        return checks.Count > 0 ? checks : [new DoctorCheck { Name = "plugins", Verdict = Verdicts.Warn, Detail = "None has announced itself.", Advice = "Start or deploy the app of a plugin: it announces itself within half a minute, if it reaches the same bus." }];
    }

    private DoctorCheck Check(PluginEntry plugin)
    {
        var now = time.GetUtcNow();
        var announcement = plugin.Announcement;
        var check = new DoctorCheck { Name = $"plugin {announcement.Name}" };
        if (plugin.Refusal is { } refusal)
            return check with { Verdict = Verdicts.Fail, Detail = refusal, Advice = "Bring the older of the two up to date; until then its operations wait." };
        if (!catalog.IsEnabled(plugin))
            return check with { Verdict = Verdicts.Warn, Detail = $"Version {announcement.Version} is switched off: new operations wait.", Advice = $"Formae:Plugins:{announcement.Name}:Enabled switches it on." };
        if (plugin.IsSilent(now))
            return check with { Verdict = Verdicts.Warn, Detail = $"Version {announcement.Version} has not been heard of for {Doctor.Text(now - plugin.LastBeat)}.", Advice = "See whether its app runs, and what its log says. What it is sent waits until it is back." };
        var notice = catalog.NoticeOf(plugin) is { } text ? $" {text}" : "";
        return check with { Detail = $"Version {announcement.Version} serves {announcement.Namespace} with {announcement.ResourceTypes.Count} resource types.{notice}" };
    }
}
