using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Model;

namespace Formae.Coordination.Tests.Intake;

public sealed class ChangesetsTests
{
    [Fact]
    public void A_new_target_that_waits_for_nothing_ties_nothing_together()
    {
        var make = Target("eu", TargetOperation.Create);
        var split = Changesets.Split("c", [.. Enumerable.Range(0, 200).Select(number => Resource($"r{number}", ResourceOperation.Create, make.Node))], [make]);

        Assert.Equal(TargetUpdateRecord.RowAt(TargetUpdateRecord.AtOpen, 0), Assert.Single(split.Targets).Row);
        Assert.True(split.Groups > 1);
        Assert.All(split.Resources, update => Assert.Empty(update.DependsOn));
    }

    [Fact]
    public void A_target_delete_that_nothing_waits_for_is_left_to_the_end()
    {
        var resources = Enumerable.Range(0, 200).Select(number => Resource($"r{number}", ResourceOperation.Delete)).ToList();
        var split = Changesets.Split("c", resources, [Target("eu", TargetOperation.Delete, [.. resources.Select(update => update.Node)])]);

        Assert.Equal(TargetUpdateRecord.RowAt(TargetUpdateRecord.AtClose, 0), Assert.Single(split.Targets).Row);
        Assert.True(split.Groups > 1);
    }

    [Fact]
    public void A_target_between_resources_is_a_node_of_their_group()
    {
        var cluster = Resource("cluster", ResourceOperation.Create);
        var target = Target("k8s", TargetOperation.Create, cluster.Node);
        var pod = Resource("pod", ResourceOperation.Create, target.Node);

        var split = Changesets.Split("c", [pod, cluster], [target]);

        Assert.Equal(1, split.Groups);
        var node = Assert.Single(split.Targets);
        Assert.Equal([UpdateRecord.IndexOf(Row(split, "cluster"))], node.DependsOn);
        Assert.Equal([UpdateRecord.IndexOf(node.Row)], split.Resources.Single(update => update.Plan.Resource.Label == "pod").DependsOn);
        Assert.Equal(3, split.Resources.Select(update => update.Row).Append(node.Row).Distinct().Count());
    }

    [Fact]
    public void A_target_delete_that_a_producer_waits_for_is_a_node()
    {
        var pod = Resource("pod", ResourceOperation.Delete);
        var target = Target("k8s", TargetOperation.Delete, pod.Node);
        var cluster = Resource("cluster", ResourceOperation.Delete, target.Node);

        var split = Changesets.Split("c", [pod, cluster], [target]);

        Assert.Equal([UpdateRecord.IndexOf(Assert.Single(split.Targets).Row)], split.Resources.Single(update => update.Plan.Resource.Label == "cluster").DependsOn);
    }

    [Fact]
    public void The_halves_of_a_replaced_target_are_nodes_and_another_target_is_not()
    {
        var before = Resource("a", ResourceOperation.Delete);
        var delete = Target("eu", TargetOperation.Delete, before.Node);
        var create = Target("eu", TargetOperation.Create, delete.Node);
        var after = Resource("a", ResourceOperation.Create, before.Node, create.Node);

        var split = Changesets.Split("c", [before, after], [delete, create, Target("us", TargetOperation.Update)]);

        Assert.Equal(1, split.Groups);
        Assert.Equal(["open-0000000"], split.Targets.Select(update => update.Row).Where(row => !char.IsAsciiDigit(row[0])));
    }

    private static string Row(SplitPlan split, string label) => split.Resources.Single(update => update.Plan.Resource.Label == label).Row;

    private static ResourceUpdate Resource(string label, ResourceOperation operation, params string[] dependsOn) => new()
    {
        Node = ResourceUpdate.NodeOf(label, operation),
        Operation = operation,
        Resource = new Resource { Ksuid = label, Label = label, Type = "A::B::C", Stack = "s", Target = "eu" },
        DependsOn = dependsOn,
    };

    private static TargetUpdate Target(string label, TargetOperation operation, params string[] dependsOn) => new()
    {
        Node = TargetUpdate.NodeOf(label, operation),
        Operation = operation,
        Target = new Target { Label = label, Namespace = "A" },
        DependsOn = dependsOn,
    };
}
