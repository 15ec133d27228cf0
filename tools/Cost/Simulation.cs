namespace Formae.Cost;

/// <summary>What is asked of the simulation.</summary>
/// <param name="Resources">How many are created, updated or deleted.</param>
/// <param name="Verb">Which of the three.</param>
/// <param name="Tier">What is deployed.</param>
/// <param name="Shares">The part of the resources that each plugin has; together 1.</param>
/// <param name="CloudLatency">Seconds that a call of the cloud takes.</param>
/// <param name="CloudRates">Calls a second that the cloud of a plugin takes; none: no limit.</param>
internal sealed record Question(int Resources, string Verb, Tier Tier, IReadOnlyDictionary<string, double> Shares, double CloudLatency, IReadOnlyDictionary<string, double> CloudRates);

/// <summary>A part of the way that takes so much a second, and no more.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Units">How much of it all resources together take.</param>
/// <param name="PerSecond">How much it takes a second.</param>
/// <param name="Unit">Of what.</param>
/// <param name="More">How to get more.</param>
internal sealed record Stage(string Name, double Units, double PerSecond, string Unit, string More)
{
    public double Seconds => Units / PerSecond;
}

/// <summary>
/// An analytical model of one large change. The intake writes first; then everything flows through all stages at once, so the slowest one sets the pace. It knows of the published
/// limits and of what our code does for an operation. It does not know of the time in which instances start, of retries, of uneven partitions and of waits between dependent resources:
/// what it answers is the least time that the limits allow.
/// </summary>
internal sealed class Simulation(CostData data, Question question)
{
    private const string Split = "smaller documents, of different stacks, side by side";

    private readonly VerbWork _work = data.Work.Of(question.Verb);

    /// <summary>Documents have a limit; several of them, of different stacks, run side by side.</summary>
    public int Documents => (int)Math.Ceiling((double)question.Resources / data.Work.ResourcesPerDocument);

    /// <summary>Before anything starts the updates are stored, into one partition for each document.</summary>
    public double IntakeSeconds => Largest / data.Limit("tables.partition.rows");

    /// <summary>The resources of the largest document, for what each document has of its own.</summary>
    private double Largest => Math.Min(question.Resources, data.Work.ResourcesPerDocument);

    /// <summary>All stages, the slowest first.</summary>
    public IReadOnlyList<Stage> Stages() => [.. Bus().Concat(Hub()).Concat(Tables()).Concat(Apps()).OrderByDescending(stage => stage.Seconds).ThenBy(stage => stage.Name, StringComparer.Ordinal)];

    public double Seconds => IntakeSeconds + Stages()[0].Seconds + question.CloudLatency * _work.Calls;

    private IEnumerable<Stage> Bus()
    {
        var messages = question.Resources * (_work.Requests + _work.Reports);
        yield return question.Tier.BusSku == "Premium"
            ? new Stage("Service Bus Premium", messages, question.Tier.BusUnits * data.Limit("bus.premium.messages"), "messages", "more messaging units")
            : new Stage("Service Bus Standard", messages * data.Limit("bus.credits.message"), data.Limit("bus.standard.credits"), "credits", "Premium");
    }

    private IEnumerable<Stage> Hub()
    {
        if (question.Tier.Backend == Backends.Scheduler)
        {
            yield return question.Tier.SchedulerSku == "Dedicated"
                ? new Stage("Scheduler Dedicated", question.Resources * _work.Actions, question.Tier.SchedulerUnits * data.Limit("scheduler.dedicated.actions"), "actions", "more capacity units, up to three")
                : new Stage("Scheduler Consumption", question.Resources * _work.Actions, data.Limit("scheduler.consumption.actions"), "actions", "Dedicated");
            yield break;
        }

        var walks = Math.Clamp(Largest / data.Work.OperationsPerGroup, 1, data.Work.GroupsAtOnce);
        yield return new Stage("Task hub: orchestrations", Largest * _work.Events, data.Limit("durable.events") * walks, "events", "the Durable Task Scheduler");
        yield return new Stage("Task hub: entities", question.Resources * _work.EntityOperations, data.Limit("durable.entities") * Math.Min(data.Limit("durable.partitions"), question.Tier.Coordinator.Instances), "entity operations", "more partitions, or the Durable Task Scheduler");
        yield return new Stage("Task hub: storage account", question.Resources * _work.Actions * data.Limit("durable.requests"), data.Limit("tables.account.requests"), "requests", "the Durable Task Scheduler");
    }

    private IEnumerable<Stage> Tables()
    {
        yield return new Stage("Tables: account", question.Resources * (_work.TableReads + _work.TableWrites), data.Limit("tables.account.requests"), "requests", "a higher limit of the account, by a request to Azure's support");
        yield return new Stage("Tables: one partition", Largest * _work.HottestRows, data.Limit("tables.partition.rows"), "rows", Split);
    }

    private IEnumerable<Stage> Apps()
    {
        var coordinator = question.Tier.Coordinator.Instances * data.Work.EntitiesAtOnce / data.Limit("storage.latency");
        yield return new Stage("Coordinator", question.Resources * (_work.TableReads + _work.TableWrites), coordinator, "requests", "more instances of the coordinator");
        var underWay = (double)data.Work.GroupsAtOnce * data.Work.OperationsPerGroup;
        if (question.CloudLatency > 0)
            yield return new Stage("Operations under way", Largest, underWay / (question.CloudLatency * _work.Calls), "operations", Split);
        foreach (var (plugin, share) in question.Shares)
        {
            var calls = question.Resources * share * _work.Calls;
            if (question.CloudLatency > 0)
                yield return new Stage($"Plugin {plugin}", calls, question.Tier.Plugins[plugin].Instances * data.Work.CallsAtOnce / question.CloudLatency, "calls", "more instances of the plugin");
            if (question.CloudRates.TryGetValue(plugin, out var rate))
                yield return new Stage($"Cloud of {plugin}", calls, rate, "calls", "a higher quota of the cloud, or several accounts");
        }
    }
}
