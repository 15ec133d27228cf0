using System.Text.Json;
using Formae.Engine.Graph;
using Formae.Engine.Planning;
using Formae.Model;

namespace Formae.Engine.Tests.Planning;

public sealed class RandomPlanTests
{
    private static readonly string[] Stacks = ["web", "app"];

    [Theory]
    [InlineData(11), InlineData(12), InlineData(16), InlineData(1005), InlineData(1020), InlineData(1068), InlineData(1069), InlineData(1095)]
    public void A_plan_that_is_carried_out_leaves_nothing_to_plan(int seed)
    {
        var random = new Random(seed);
        var ids = 0;
        var stored = new Dictionary<string, Resource>(StringComparer.Ordinal);
        var stacks = new Dictionary<string, Stack>(StringComparer.Ordinal);
        var carriedOut = 0;
        for (var round = 0; round < 300; round++)
        {
            var mode = random.Next(3) == 0 ? ApplyMode.Patch : ApplyMode.Reconcile;
            var dependents = random.Next(2) == 0 ? OnDependents.Cascade : OnDependents.Abort;
            var forma = Forma(random, stored.Values);
            PlanRequest Request() => new()
            {
                Kind = CommandKind.Apply,
                Mode = mode,
                OnDependents = dependents,
                Forma = forma,
                Inventory = new Inventory { Resources = [.. stored.Values], Stacks = [.. stacks.Values], Targets = [new Target { Label = "eu", Namespace = "DEMO" }], DependentsRead = stored.Keys.ToHashSet() },
                Schemas = new Dictionary<string, ResourceSchema> { [Scenario.Vnet] = Scenario.VnetSchema, [Scenario.Port] = Scenario.PortSchema },
                Namespaces = new HashSet<string> { "DEMO" },
                NewKsuid = () => Scenario.IdOf($"n{ids++:D8}"),
            };

            var before = ids;
            var outcome = Planner.Plan(Request());
            ids = before;
            Assert.Equal(Text(outcome), Text(Planner.Plan(Request())));
            if (outcome is not PlanOutcome.Planned { Plan: var plan })
            {
                // No document has a circle in it, and none may come into being.
                Assert.False(outcome is PlanOutcome.Rejected { Code: RejectionCodes.CyclesDetected }, $"seed {seed}, round {round}, {mode}: {(outcome as PlanOutcome.Rejected)?.Message}");
                continue;
            }

            carriedOut += plan.ChangesRequired ? 1 : 0;
            var context = $"seed {seed}, round {round}, {mode}";
            var nodes = plan.Resources.Select(update => update.Node).ToHashSet();
            Assert.True(plan.Resources.All(update => update.DependsOn.All(nodes.Contains)), context);
            var graph = DependencyGraph.Of(plan.Resources.Select(update => (update.Node, (IEnumerable<string>)update.DependsOn)));
            Assert.True(graph.TopologicalOrder() is not null, context);
            foreach (var index in graph.TopologicalOrder()!)
                CarryOut(plan.Resources.Single(update => update.Node == graph[index]), stored, context);
            foreach (var update in plan.Stacks)
                stacks[update.Stack.Label] = update.Stack;

            Assert.All(stored.Values, one => Assert.All(References.Enumerate(one.Properties, HintTree.None), reference => Assert.True(stored.ContainsKey(reference.Uri.Ksuid), $"{context}: {one.Label} refers to nothing")));
            var next = Planner.Plan(Request());
            var again = (next as PlanOutcome.Planned)?.Plan ?? throw new Xunit.Sdk.XunitException($"{context}: {Text(next)}");
            Assert.True(!again.ChangesRequired, $"{context}: {string.Join(", ", again.Operations())} {again.Resources.FirstOrDefault()?.Patch}");
        }

        Assert.True(carriedOut > 50, $"seed {seed}: only {carriedOut} plans changed anything");
    }

    private static void CarryOut(ResourceUpdate update, Dictionary<string, Resource> stored, string context)
    {
        var ksuid = update.Resource.Ksuid!;
        switch (update.Operation)
        {
            case ResourceOperation.Delete:
                Assert.True(stored.Remove(ksuid), context);
                return;
            case ResourceOperation.Create:
                Assert.False(stored.ContainsKey(ksuid), context);
                break;
            default:
                // What the plugin is told leads to the same as what is stored afterwards.
                var patch = ExecutedPatch.Of(update, Value);
                Assert.Empty(patch.Unresolved);
                var patched = JsonPatch.Apply(References.Resolve(stored[ksuid].Properties!.Value, Value).Properties, patch.Properties);
                Assert.True(PropertyComparison.Equal(patched, References.Resolve(update.Resource.Properties!.Value, Value).Properties, update.Resource.Schema!), $"{context}: {patched}");
                break;
        }

        stored[ksuid] = update.Resource with { Properties = References.Store(update.Resource.Properties!.Value, Value, update.Resource.Schema), NativeId = "native" };
    }

    private static JsonElement? Value(PropertyUri uri) => JsonText.String($"value of {uri}");

    private static Forma Forma(Random random, IEnumerable<Resource> stored)
    {
        var resources = new List<Resource>();
        foreach (var i in Enumerable.Range(0, 10).Where(_ => random.Next(3) > 0))
        {
            var isPort = i % 3 == 0;
            var properties = new List<string> { $"\"Name\":\"n{(random.Next(8) == 0 ? random.Next(3) : 0)}\"" };
            if (!isPort && random.Next(2) == 0)
                properties.Add($"\"Cidr\":\"{random.Next(3)}\"");
            if (!isPort && random.Next(2) == 0)
                properties.Add($"\"Tags\":[{string.Join(',', new[] { "a", "b", "c" }.Where(_ => random.Next(2) == 0).Select(key => $$"""{"Key":"{{key}}","Value":"{{random.Next(3)}}"}"""))}]");
            var others = resources.Select(one => one.Key).Concat(stored.Where(one => one.Label.CompareTo($"r{i}") < 0).Select(one => one.Key)).ToList();
            if (others.Count > 0 && random.Next(2) == 0)
            {
                var other = others[random.Next(others.Count)];
                string[] fields = isPort ? ["NetId", "Label"] : ["Peer", "Attached", "Runtime"];
                properties.Add($"\"{fields[random.Next(fields.Length)]}\":{Scenario.Reference(other.Label, type: other.Type, stack: other.Stack)}");
            }

            resources.Add(new Resource { Label = $"r{i}", Type = isPort ? Scenario.Port : Scenario.Vnet, Stack = Stacks[i % 2], Target = "eu", Properties = Scenario.Json($"{{{string.Join(',', properties)}}}") });
        }

        return new Forma { Stacks = [.. resources.Select(one => one.Stack).Distinct().Select(label => new Stack { Label = label })], Resources = resources };
    }

    private static string Text(PlanOutcome outcome) => outcome switch
    {
        PlanOutcome.Planned planned => JsonSerializer.Serialize(planned.Plan),
        PlanOutcome.Rejected rejected => rejected.Code + rejected.Message,
        PlanOutcome.Invalid invalid => string.Join(';', invalid.Diagnostics),
        _ => "",
    };
}
