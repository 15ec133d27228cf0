using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions;

/// <summary>The part of host.json that this host knows; the rest is ignored. A setting <c>AzureFunctionsJobHost__a__b</c> overrides <c>a.b</c>.</summary>
internal sealed class HostJson
{
    public const string FileName = "host.json";

    public required string RoutePrefix { get; init; }

    public required IReadOnlyDictionary<string, LogLevel> LogLevels { get; init; }

    public required BusSection ServiceBus { get; init; }

    public required DurableSection DurableTask { get; init; }

    /// <exception cref="StartupException">A value is wrong; the message names file and path.</exception>
    public static HostJson Read(string folder, IConfiguration settings)
    {
        var path = Path.Combine(folder, FileName);
        using var document = File.Exists(path) ? JsonFile.Read(path) : JsonDocument.Parse("""{"version":"2.0"}""");
        var root = new Section(path, "", "AzureFunctionsJobHost", document.RootElement, settings);
        if (root.Text("version", "2.0") != "2.0")
            throw root.Wrong("version", "must be \"2.0\"");
        var extensions = root.Child("extensions");
        var (bus, durable) = (extensions.Child("serviceBus"), extensions.Child("durableTask"));
        return new HostJson
        {
            RoutePrefix = extensions.Child("http").Text("routePrefix", "api").Trim('/'),
            LogLevels = Levels(root.Child("logging").Child("logLevel")),
            ServiceBus = new BusSection
            {
                AutoCompleteMessages = bus.Flag("autoCompleteMessages", true),
                PrefetchCount = bus.Number("prefetchCount", 0, 0, 100_000),
                MaxConcurrentCalls = bus.Number("maxConcurrentCalls", 16 * Environment.ProcessorCount, 1, 100_000),
                MaxMessageBatchSize = bus.Number("maxMessageBatchSize", 1000, 1, 100_000),
                MaxAutoLockRenewalDuration = bus.Duration("maxAutoLockRenewalDuration", TimeSpan.FromMinutes(5)),
            },
            DurableTask = new DurableSection
            {
                HubName = durable.Text("hubName", "TestHubName"),
                MaxActivities = durable.Number("maxConcurrentActivityFunctions", 10 * Environment.ProcessorCount, 1, 100_000),
                MaxOrchestrators = durable.Number("maxConcurrentOrchestratorFunctions", 10 * Environment.ProcessorCount, 1, 100_000),
                MaxEntities = durable.Number("maxConcurrentEntityFunctions", 10 * Environment.ProcessorCount, 1, 100_000),
            },
        };
    }

    private static Dictionary<string, LogLevel> Levels(Section section)
    {
        var levels = new Dictionary<string, LogLevel>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in section.Names())
        {
            var text = section.Text(name, "");
            levels[name] = Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) && !int.TryParse(text, CultureInfo.InvariantCulture, out _)
                ? level
                : throw section.Wrong(name, $"must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}");
        }

        return levels;
    }

    public sealed class BusSection
    {
        public required bool AutoCompleteMessages { get; init; }

        public required int PrefetchCount { get; init; }

        public required int MaxConcurrentCalls { get; init; }

        public required int MaxMessageBatchSize { get; init; }

        public required TimeSpan MaxAutoLockRenewalDuration { get; init; }
    }

    public sealed class DurableSection
    {
        public required string HubName { get; init; }

        public required int MaxActivities { get; init; }

        public required int MaxOrchestrators { get; init; }

        public required int MaxEntities { get; init; }
    }

    private sealed class Section(string file, string path, string key, JsonElement? element, IConfiguration settings)
    {
        public Section Child(string name) => Value(name) switch
        {
            null => new Section(file, PathOf(name), KeyOf(name), null, settings),
            { ValueKind: JsonValueKind.Object } child => new Section(file, PathOf(name), KeyOf(name), child, settings),
            _ => throw Wrong(name, "must be an object"),
        };

        public IEnumerable<string> Names() => (element?.EnumerateObject().Select(member => member.Name) ?? [])
            .Concat(settings.GetSection(key).GetChildren().Select(child => child.Key)).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();

        public string Text(string name, string otherwise) => Override(name) ?? Value(name) switch
        {
            null => otherwise,
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            _ => throw Wrong(name, "must be a text"),
        };

        public bool Flag(string name, bool otherwise) => Override(name) is { } text
            ? bool.TryParse(text, out var flag) ? flag : throw Wrong(name, "must be true or false")
            : Value(name)?.ValueKind switch
            {
                null => otherwise,
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw Wrong(name, "must be true or false"),
            };

        public int Number(string name, int otherwise, int least, int most)
        {
            var text = Override(name) ?? Value(name)?.GetRawText();
            if (text is null)
                return otherwise;
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw Wrong(name, $"must be a whole number from {least} to {most}");
        }

        public TimeSpan Duration(string name, TimeSpan otherwise)
        {
            var text = Text(name, "");
            if (text.Length == 0)
                return otherwise;
            return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var duration) && (duration >= TimeSpan.Zero || duration == Timeout.InfiniteTimeSpan)
                ? duration
                : throw Wrong(name, "must be a time span like \"00:05:00\"");
        }

        public StartupException Wrong(string name, string finding) => new($"{file}: {PathOf(name)} {finding}.");

        private JsonElement? Value(string name) => element is { } parent && parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        private string? Override(string name) => settings[KeyOf(name)];

        private string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

        private string KeyOf(string name) => $"{key}:{name}";
    }
}
