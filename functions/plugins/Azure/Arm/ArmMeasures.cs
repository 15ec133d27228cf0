using System.Diagnostics.Metrics;
using System.Globalization;
using Azure.Core;

namespace Formae.Plugins.AzureResources.Arm;

/// <summary>How many requests Azure still takes: it says so in each answer.</summary>
internal static class ArmMeasures
{
    public const string MeterName = "Formae.Plugins.Azure";
    public const string Remaining = "formae.azure.requests.remaining";
    public const string Kind = "azure.kind";

    private const string Prefix = "x-ms-ratelimit-remaining-";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Gauge<long> Left = Meter.CreateGauge<long>(Remaining, "{request}", "Requests that Azure Resource Manager takes before it throttles.");

    // What single providers count stands in headers of the same name, as text; that is theirs to explain.
    public static void Heard(ResponseHeaders headers)
    {
        if (!Left.Enabled)
            return;
        foreach (var header in headers)
        {
            if (header.Name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && long.TryParse(header.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var left))
                Left.Record(left, new KeyValuePair<string, object?>(Kind, header.Name[Prefix.Length..].ToLowerInvariant()));
        }
    }
}
