namespace Formae.Cost;

/// <summary>From the command line to what is asked.</summary>
internal static class Asking
{
    public static readonly string[] Known = ["resources", "verb", "tier", "backend", "scheduler", "scheduler-units", "bus", "bus-units", "plugins", "cloud-latency", "cloud-rate"];

    /// <exception cref="UsageException">The command line says what cannot be.</exception>
    public static Question Read(IReadOnlyList<string> arguments, string folder)
    {
        var options = new Options(arguments, Known);
        var tier = Tier.Read(folder, options.Choice("tier", "dev", "prod") ?? "prod");
        tier = tier with
        {
            Backend = Backends.Named(options.Choice("backend", [Backends.Scheduler, Backends.SchedulerInBicep, Backends.Storage])) ?? tier.Backend,
            SchedulerSku = options.Choice("scheduler", "Consumption", "Dedicated") ?? tier.SchedulerSku,
            SchedulerUnits = options.Whole("scheduler-units", 1, 3) ?? tier.SchedulerUnits,
            BusSku = options.Choice("bus", "Standard", "Premium") ?? tier.BusSku,
            BusUnits = options.Whole("bus-units", 1, 16) ?? tier.BusUnits,
        };
        if (options.Text("bus-units") is not null && tier.BusSku != "Premium")
            throw new UsageException("--bus-units are of Premium: say --bus Premium too.");
        if (options.Text("scheduler-units") is not null && (tier.SchedulerSku != "Dedicated" || tier.Backend != Backends.Scheduler))
            throw new UsageException("--scheduler-units are of the Dedicated scheduler: say --scheduler Dedicated too.");
        var shares = Shares(options.Text("plugins"), tier);
        return new Question(
            options.Whole("resources", 1, 100_000_000) ?? throw new UsageException("--resources is missing: how many are there?"),
            options.Choice("verb", "create", "update", "delete") ?? "create",
            tier, shares,
            options.Seconds("cloud-latency") ?? 0.5,
            options.Numbers("cloud-rate", [.. shares.Keys]) ?? []);
    }

    /// <summary><c>aws,azure</c> share alike, <c>aws=3,azure=1</c> three to one; none named: all of the tier, alike.</summary>
    private static Dictionary<string, double> Shares(string? text, Tier tier)
    {
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var part in text?.Split(',') ?? [.. tier.Plugins.Keys])
        {
            var (name, weight) = part.Split('=') is [var key, var value] && double.TryParse(value, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var number) ? (key, number) : (part, 1);
            if (!tier.Plugins.ContainsKey(name))
                throw new UsageException($"--plugins names '{name}', which {tier.Name} does not deploy. It deploys {string.Join(", ", tier.Plugins.Keys)}.");
            if (weight <= 0 || !weights.TryAdd(name, weight))
                throw new UsageException($"--plugins is '{text}'; each plugin is named once, with a weight above 0 or none, as in aws=3,azure=1.");
        }

        var sum = weights.Values.Sum();
        return weights.ToDictionary(one => one.Key, one => one.Value / sum, StringComparer.Ordinal);
    }
}
