using System.Diagnostics;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Documents;

namespace Formae.Bench;

/// <summary>Reading a document and deciding what it asks for, in this process: the time of a resource, which must not grow with their number.</summary>
internal sealed class PlanBench(BenchOptions options, Results results)
{
    private static readonly ResourceSchema Schema = new()
    {
        Identifier = "BucketName",
        Fields = ["BucketName", "VersioningEnabled", "Acl", "Tags"],
        Hints = new Dictionary<string, FieldHint>
        {
            ["BucketName"] = new() { CreateOnly = true, HasProviderDefault = true, Type = "string" },
            ["VersioningEnabled"] = new() { HasProviderDefault = true, Type = "boolean" },
            ["Acl"] = new() { HasProviderDefault = true, Type = "string" },
            ["Tags"] = new() { UpdateMethod = UpdateMethod.EntitySet, IndexField = "Key", Type = "array", ItemType = "object" },
            ["Tags.Key"] = new() { Type = "string", Required = true },
            ["Tags.Value"] = new() { Type = "string", Required = true },
        },
    };

    private static readonly Dictionary<string, ResourceSchema> Schemas = new()
    {
        ["FakeAWS::S3::Bucket"] = Schema,
        ["FakeAWS::Versioned::Parent"] = new() { Fields = ["Name"], Hints = new Dictionary<string, FieldHint> { ["Name"] = new() { CreateOnly = true } } },
        ["FakeAWS::Versioned::Consumer"] = new() { Fields = ["Name", "ParentRef"] },
    };

    private readonly KsuidSource _ksuids = new(TimeProvider.System);

    public Task RunAsync()
    {
        var sizes = new[] { options.Count(1_000, 100), options.Count(10_000, 1_000), options.Count(100_000, 5_000) };
        var costs = sizes.Select(Measure).ToList();
        for (var step = 0; step < costs[0].Count; step++)
        {
            var (name, smallest) = costs[0][step];
            results.Add(new Scenario($"{name}, cost of one among {sizes[^1]:N0} to among {sizes[0]:N0}", "x") { Target = 2 }, costs[^1][step].Cost / smallest);
        }

        return Task.CompletedTask;
    }

    private List<(string Name, double Cost)> Measure(int count)
    {
        var place = new Place("bench", "/bench.cloud");
        var document = Documents.Buckets("web", count, place);
        var changed = Documents.Buckets("web", count, place, versioning: true);
        var costs = new List<(string, double)>();
        Forma forma = null!, update = null!;
        Inventory inventory = null!;
        Step("read a document", () => forma = Read(document));
        Step("plan creates", () => inventory = Stored(Plan(forma, new Inventory(), count)));
        update = Read(changed);
        Step("plan nothing", () => Plan(forma, inventory, 0));
        Step("plan updates", () => Plan(update, inventory, count));
        var consumers = Stored(Plan(Read(Documents.Fan("web", count, place, "old")), new Inventory(), count + 1));
        var replaced = Read(Documents.Fan("web", count, place, "new"));
        Step("plan a cascade", () => Plan(replaced, consumers, count + 2));
        return costs;

        void Step(string name, Action work)
        {
            // The best of some: the rest is what else the machine does.
            var best = double.MaxValue;
            var allocated = 0.0;
            for (var run = 0; run < Math.Max(3, options.Runs); run++)
            {
                var (watch, before) = (Stopwatch.StartNew(), GC.GetTotalAllocatedBytes(precise: true));
                work();
                best = Math.Min(best, watch.Elapsed.TotalMilliseconds);
                allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            }

            results.Add(new Scenario($"{name}, {count:N0}", "ms"), best);
            results.Add(new Scenario($"{name}, {count:N0}, memory asked for", "MB"), allocated / 1024 / 1024);
            costs.Add((name, best / count));
        }
    }

    private static Forma Read(byte[] document) =>
        FormaReader.Read(document, DocumentFormat.Json).Forma ?? throw new BenchException("The document of the bench has a mistake.");

    private Plan Plan(Forma forma, Inventory inventory, int updates)
    {
        var outcome = Planner.Plan(new PlanRequest
        {
            Kind = CommandKind.Apply,
            Mode = ApplyMode.Reconcile,
            Forma = forma,
            Inventory = inventory,
            Schemas = Schemas,
            Namespaces = new HashSet<string> { "FakeAWS" },
            NewKsuid = _ksuids.Next,
        });
        return outcome is PlanOutcome.Planned { Plan: var plan } && plan.Resources.Count == updates
            ? plan
            : throw new BenchException($"Planning ended as {outcome.GetType().Name}.");
    }

    /// <summary>What a synchronised store holds after the plan: the same values, in the order in which a cloud returns them.</summary>
    private static Inventory Stored(Plan plan) => new()
    {
        Resources = [.. plan.Resources.Select(update => update.Resource with { Properties = Reversed(update.Resource.Properties!.Value), NativeId = update.Resource.Label, Version = update.Resource.Ksuid })],
        Targets = [.. plan.Targets.Select(update => update.Target)],
        Stacks = [.. plan.Stacks.Select(update => update.Stack)],
        DependentsRead = plan.Resources.Select(update => update.Resource.Ksuid!).ToHashSet(),
    };

    private static System.Text.Json.JsonElement Reversed(System.Text.Json.JsonElement properties) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        foreach (var property in properties.EnumerateObject().Reverse())
            property.WriteTo(writer);
        writer.WriteEndObject();
    });
}
