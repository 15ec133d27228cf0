using Microsoft.Extensions.Configuration;

namespace Formae.Sdk.Functions;

/// <summary>The settings of a plugin app. On Azure they are app settings; the embedded host passes them as environment variables.</summary>
public sealed class PluginAppOptions
{
    /// <summary>The queue that requests come from. Setting <c>FormaeRequestQueue</c>, required.</summary>
    public required string RequestQueue { get; init; }

    /// <summary>The connection string of the bus. Setting <c>ServiceBus</c>; null when <see cref="ServiceBusNamespace"/> is given instead.</summary>
    public string? ServiceBusConnection { get; init; }

    /// <summary>The host name of the Service Bus namespace, reached with the app's identity. Setting <c>ServiceBus__fullyQualifiedNamespace</c>.</summary>
    public string? ServiceBusNamespace { get; init; }

    /// <summary>The most a report waits for others to travel with. Setting <c>FormaeReportLingerMs</c>; default 5 ms, 0 to 50.</summary>
    public TimeSpan ReportLinger { get; init; } = TimeSpan.FromMilliseconds(5);

    // Four times what a resource may have by default: what comes back has secrets that are sealed, what only the cloud knows, and some text that is escaped.
    private const long DefaultLargestReport = 32 << 20;

    /// <summary>
    /// The longest report in bytes. Setting <c>FormaeLargestReportBytes</c>; default 32 MiB, 100,000 to 256 MiB. An operation whose report is longer fails and says so;
    /// what it has made is recorded as it was declared.
    /// </summary>
    public long LargestReport { get; init; } = DefaultLargestReport;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing or wrong; the message names it and what it may be.</exception>
    public static PluginAppOptions From(IConfiguration settings)
    {
        var linger = settings.GetValue("FormaeReportLingerMs", 5);
        if (linger is < 0 or > 50)
            throw new InvalidOperationException($"The setting FormaeReportLingerMs is {linger}; it may be 0 to 50.");
        var largest = settings.GetValue("FormaeLargestReportBytes", DefaultLargestReport);
        if (largest is < 100_000 or > 256 << 20)
            throw new InvalidOperationException($"The setting FormaeLargestReportBytes is {largest}; it may be 100000 to {256 << 20}.");
        var options = new PluginAppOptions
        {
            RequestQueue = settings["FormaeRequestQueue"] is { Length: > 0 } queue
                ? queue
                : throw new InvalidOperationException("The setting FormaeRequestQueue is missing: the name of the queue that requests come from."),
            ServiceBusConnection = settings["ServiceBus"],
            ServiceBusNamespace = settings["ServiceBus:fullyQualifiedNamespace"],
            ReportLinger = TimeSpan.FromMilliseconds(linger),
            LargestReport = largest,
        };
        if (string.IsNullOrEmpty(options.ServiceBusConnection) && string.IsNullOrEmpty(options.ServiceBusNamespace))
            throw new InvalidOperationException("The bus is not configured: set ServiceBus to a connection string, or ServiceBus__fullyQualifiedNamespace to a host name.");
        return options;
    }
}
