using System.Globalization;
using System.Text.RegularExpressions;

namespace Formae.Cost;

/// <summary>How large an app is: what stands in the parameters as a size.</summary>
/// <param name="Memory">Of an instance, in MB.</param>
/// <param name="Instances">At most.</param>
/// <param name="AlwaysReady">That are never let go.</param>
internal sealed record AppSize(int Memory, int Instances, int AlwaysReady)
{
    public double Gigabytes => Memory / 1024.0;
}

/// <summary>What is deployed, read from the parameter files of infra/bicep, so that the two cannot part.</summary>
internal sealed partial record Tier(string Name, AppSize Coordinator, IReadOnlyDictionary<string, AppSize> Plugins, string Backend, string SchedulerSku, int SchedulerUnits, string BusSku, int BusUnits, bool IsPrivate, bool IsZoned)
{
    /// <summary>
    /// Two ways into the storage of the control plane (blobs, tables), one each into bus and vault, one into the scheduler, and one into the account of each app. Where that of the coordinator
    /// holds the task hub, its queues and tables are reached by ways of their own.
    /// </summary>
    public int PrivateEndpoints => IsPrivate ? 4 + (Backend == Backends.Scheduler ? 1 : 2) + 1 + Plugins.Count : 0;

    /// <summary>Reads a tier, dev or prod, from a folder with <c>main.bicep</c>, which has the defaults, and <c>NAME.bicepparam</c>.</summary>
    /// <exception cref="UsageException">There is no such tier, or a file does not say what is needed.</exception>
    public static Tier Read(string folder, string name)
    {
        var path = Path.Combine(folder, $"{name}.bicepparam");
        if (!File.Exists(path))
            throw new UsageException($"There is no tier '{name}': {path} is missing.");
        var texts = new[] { File.ReadAllText(path), File.ReadAllText(Path.Combine(folder, "main.bicep")) };
        string Value(string parameter) => texts.Select(text => Regex.Match(text, $@"^param {parameter}(?: \w+)? = '?(?<value>[^'\r\n{{\[]+?)'?\s*$", RegexOptions.Multiline)).FirstOrDefault(match => match.Success)?.Groups["value"].Value
            ?? throw new UsageException($"{path} does not say what '{parameter}' is, and neither does main.bicep.");
        var coordinator = CoordinatorLine().Match(texts[0]);
        var plugins = PluginLine().Matches(texts[0]);
        if (!coordinator.Success || plugins.Count == 0)
            throw new UsageException($"{path} does not say how large the coordinator and the plugins are.");
        var isPrivate = Value("network") == "Private";
        return new Tier(
            name, SizeOf(coordinator), plugins.ToDictionary(plugin => plugin.Groups["name"].Value, SizeOf, StringComparer.Ordinal),
            Backends.Named(Value("durableBackend"))!, Value("schedulerSku"), int.Parse(Value("schedulerCapacity"), CultureInfo.InvariantCulture),
            isPrivate ? "Premium" : Value("busSku"), int.Parse(Value("busCapacity"), CultureInfo.InvariantCulture), isPrivate, Value("redundancy").EndsWith("ZRS", StringComparison.Ordinal));
    }

    private static AppSize SizeOf(Match match)
    {
        int Number(string name) => int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
        return new AppSize(Number("memory"), Number("instances"), Number("ready"));
    }

    [GeneratedRegex(@"^param coordinatorSize = \{ memory: (?<memory>\d+), instances: (?<instances>\d+), alwaysReady: (?<ready>\d+) \}", RegexOptions.Multiline)]
    private static partial Regex CoordinatorLine();

    [GeneratedRegex(@"\{ name: '(?<name>[^']+)',.*size: \{ memory: (?<memory>\d+), instances: (?<instances>\d+), alwaysReady: (?<ready>\d+) \} \}")]
    private static partial Regex PluginLine();
}

/// <summary>Where orchestrations and entities are kept.</summary>
internal static class Backends
{
    public const string Scheduler = "DurableTaskScheduler";
    public const string Storage = "AzureStorage";

    /// <summary>What 'durableBackend' calls the scheduler.</summary>
    public const string SchedulerInBicep = "Scheduler";

    /// <summary>By either name.</summary>
    public static string? Named(string? name) => name == SchedulerInBicep ? Scheduler : name;
}

/// <summary>What was asked for cannot be answered, and the message says why.</summary>
internal sealed class UsageException(string message) : Exception(message);
