namespace Formae.Cost;

/// <summary>A line of a bill. Null dollars: the price is not known.</summary>
internal sealed record Charge(string What, string How, double? Dollars);

/// <summary>What a tier costs from list prices: while nothing happens, and for what it does.</summary>
internal sealed class Bill(CostData data, Tier tier)
{
    public const double HoursPerMonth = 730;

    private readonly Work _work = data.Work;

    /// <summary>A month in which nobody asks for anything.</summary>
    public IReadOnlyList<Charge> AtRest()
    {
        var charges = new List<Charge>();
        var apps = tier.Plugins.Select(plugin => (plugin.Key, plugin.Value, Timers: _work.PluginTimersPerHour)).Prepend(("coordinator", tier.Coordinator, Timers: _work.CoordinatorTimersPerHour)).ToList();
        var ready = apps.Where(app => app.Item2.AlwaysReady > 0).ToList();
        var asleep = apps.Except(ready).ToList();
        if (ready.Count > 0)
        {
            var gigabytes = ready.Sum(app => app.Item2.Gigabytes * app.Item2.AlwaysReady);
            charges.Add(new Charge("Functions, kept ready", $"{Show.Number(gigabytes)} GB all month", gigabytes * HoursPerMonth * 3600 * data.Price("functions.ready.idle.gbs")));
            charges.Add(new Charge("Functions, their timers", "clocks and beats, a second each", ready.Sum(app => app.Timers * HoursPerMonth * Execution(app.Item2, "functions.ready.busy.gbs"))));
        }

        if (asleep.Count > 0)
        {
            var runs = asleep.Sum(app => app.Timers * HoursPerMonth);
            var seconds = asleep.Sum(app => app.Timers * HoursPerMonth * app.Item2.Gigabytes * data.Limit("functions.shortest"));
            charges.Add(new Charge("Functions on demand, their timers", "clocks and beats, a second each, less what is free",
                (Math.Max(0, seconds - data.Limit("functions.free.gbs")) * data.Price("functions.ondemand.gbs")) + (Math.Max(0, runs - data.Limit("functions.free.executions")) * data.Price("functions.execution"))));
        }

        charges.Add(tier.BusSku == "Premium"
            ? new Charge("Service Bus Premium", $"{tier.BusUnits} messaging unit", tier.BusUnits * HoursPerMonth * data.Price("bus.premium.hour"))
            : new Charge("Service Bus Standard", $"base charge with {Show.Count(data.Limit("bus.standard.free"))} operations; beats take {Show.Count(BeatOperations)}",
                (HoursPerMonth * data.Price("bus.standard.hour")) + (Math.Max(0, BeatOperations - data.Limit("bus.standard.free")) * data.Price("bus.standard.operation"))));
        if (tier.Backend == Backends.Storage)
            charges.Add(new Charge("Task hub in the storage account", "nothing is asked", 0));
        else if (tier.SchedulerSku == "Dedicated")
            charges.Add(new Charge("Durable Task Scheduler Dedicated", $"{tier.SchedulerUnits} capacity unit", tier.SchedulerUnits * HoursPerMonth * data.Price("scheduler.dedicated.hour")));
        else
            charges.Add(new Charge("Durable Task Scheduler Consumption", "no actions while nothing happens", 0));
        charges.Add(new Charge("Storage", $"a gigabyte of rows, {(tier.IsZoned ? "ZRS" : "LRS")}", data.Price($"tables.{Redundancy}.gb")));
        if (tier.IsPrivate)
            charges.Add(new Charge("Private endpoints", $"{tier.PrivateEndpoints} of them", tier.PrivateEndpoints * HoursPerMonth * data.Price("endpoint.hour")));
        return charges;
    }

    /// <summary>So many operations beyond what is free or in a base charge, each with a cloud that takes so long.</summary>
    /// <param name="verb">create, update or delete.</param>
    /// <param name="count">How many.</param>
    /// <param name="cloudLatency">Seconds that a call of the cloud takes.</param>
    /// <param name="share">Of each plugin; null: all alike.</param>
    public IReadOnlyList<Charge> Of(string verb, double count, double cloudLatency, IReadOnlyDictionary<string, double>? share = null)
    {
        var work = _work.Of(verb);
        var messages = (work.Requests + work.Reports) * count;
        var requests = (work.TableReads + work.TableWrites) * count;
        share ??= tier.Plugins.ToDictionary(plugin => plugin.Key, _ => 1.0 / tier.Plugins.Count);

        // A plugin is at work on many calls at once and is charged for the time of an instance, not of each call.
        var pluginSeconds = share.Sum(one => count * one.Value * work.Calls * cloudLatency / _work.CallsAtOnce * Seconds(tier.Plugins[one.Key]));
        var coordinatorSeconds = requests * data.Limit("storage.latency") / _work.EntitiesAtOnce * Seconds(tier.Coordinator);
        var charges = new List<Charge>
        {
            new("Functions, time", $"calls of {Show.Number(cloudLatency)} s, {_work.CallsAtOnce} at once", pluginSeconds + coordinatorSeconds),
            new("Functions, executions", "one for each message and each action", (messages + (work.Actions * count)) * data.Price("functions.execution")),
            new("Tables", $"{Show.Number(requests / count)} requests each", requests * data.Price($"tables.{Redundancy}.request")),
            new("Log", $"{Show.Count(data.Limit("log.bytes"))} bytes each", count * data.Limit("log.bytes") / 1e9 * data.Price("log.gb")),
        };
        if (tier.BusSku == "Standard")
            charges.Insert(0, new Charge("Service Bus Standard", $"{Show.Number(messages / count)} messages each", messages * data.Limit("bus.operations.message") * data.Price("bus.standard.operation")));
        if (tier.Backend == Backends.Storage)
            charges.Add(new Charge("Task hub in the storage account", $"{Show.Number(work.Actions)} actions each", work.Actions * count * data.Limit("durable.requests") * data.Price("queues.request")));
        else if (tier.SchedulerSku == "Consumption")
            charges.Add(new Charge("Durable Task Scheduler Consumption", $"{Show.Number(work.Actions)} actions each", work.Actions * count * data.Price("scheduler.consumption.action")));
        return charges;
    }

    private double BeatOperations => tier.Plugins.Count * _work.PluginTimersPerHour * HoursPerMonth * data.Limit("bus.operations.message");

    private string Redundancy => tier.IsZoned ? "zrs" : "lrs";

    private double? Execution(AppSize size, string price) => (size.Gigabytes * data.Limit("functions.shortest") * data.Price(price)) + data.Price("functions.execution");

    private double? Seconds(AppSize size) => size.Gigabytes * data.Price(size.AlwaysReady > 0 ? "functions.ready.busy.gbs" : "functions.ondemand.gbs");
}
