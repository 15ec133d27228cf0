using Formae.Engine.Planning;
using static Formae.Engine.Tests.Planning.Scenario;

namespace Formae.Engine.Tests.Planning;

/// <summary>What a plan takes grows with the document and the inventory, and no faster. Memory is what can be counted exactly; the bench measures time.</summary>
public sealed class ScaleTests
{
    [Fact]
    public void F212_ten_thousand_consumers_of_one_replaced_producer_are_all_rewritten_after_it()
    {
        var plan = Cascade(10_000).Reconcile();

        Assert.Equal(10_002, plan.Resources.Count);
        var made = plan.Of("net", ResourceOperation.Create).Node;
        Assert.All(plan.Resources.Where(update => update.Operation == ResourceOperation.Update), update => Assert.Equal([made], update.DependsOn));
    }

    [Fact]
    public void F212_three_thousand_in_short_chains_are_planned_and_each_waits_for_its_own()
    {
        var scenario = new Scenario().DeclareStack().GivenTarget();
        for (var i = 0; i < 600; i++)
        {
            scenario.Declare($"net{i}", $$"""{"Name":"net{{i}}"}""")
                .Declare($"subnet{i}", $$"""{"Name":"subnet{{i}}","NetId":{{Reference($"net{i}")}}}""", Subnet)
                .Declare($"port{i}", $$"""{"Name":"port{{i}}","NetId":{{Reference($"net{i}")}}}""", Port)
                .Declare($"peer{i}", $$"""{"Name":"peer{{i}}","Peer":{{Reference($"net{i}")}}}""")
                .Declare($"alone{i}", $$"""{"Name":"alone{{i}}"}""");
        }

        var plan = scenario.Reconcile();

        Assert.Equal(3_000, plan.Resources.Count);
        for (var i = 0; i < 600; i++)
        {
            var net = plan.Of($"net{i}", ResourceOperation.Create).Node;
            Assert.All([$"subnet{i}", $"port{i}", $"peer{i}"], label => Assert.Equal([net], plan.Of(label, ResourceOperation.Create).DependsOn));
            Assert.Empty(plan.Of($"alone{i}", ResourceOperation.Create).DependsOn);
        }
    }

    [Theory]
    [InlineData("a cascade"), InlineData("updates"), InlineData("nothing"), InlineData("deletes")]
    public void F212_a_plan_takes_memory_in_proportion(string what)
    {
        var (few, many) = (Allocated(what, 500), Allocated(what, 4_000));

        Assert.True(many < few * 8 * 1.5, $"{few:N0} bytes for 500 and {many:N0} for 4,000");
    }

    private static long Allocated(string what, int count)
    {
        var scenario = what switch
        {
            "a cascade" => Cascade(count),
            "updates" => Many(count, declared: "d"),
            "nothing" => Many(count, declared: "c"),
            _ => Many(count, declared: null),
        };
        scenario.Reconcile();
        var before = GC.GetAllocatedBytesForCurrentThread();
        scenario.Reconcile();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Scenario Many(int count, string? declared)
    {
        var scenario = new Scenario().Given("kept").Declare("kept");
        for (var i = 0; i < count; i++)
        {
            scenario.Given($"n{i:D6}x", $$"""{"Name":"n{{i}}","Cidr":"c"}""");
            if (declared is not null)
                scenario.Declare($"n{i:D6}x", $$"""{"Cidr":"{{declared}}","Name":"n{{i}}"}""");
        }

        return scenario;
    }

    private static Scenario Cascade(int count)
    {
        var scenario = new Scenario().Given("net").Declare("net", """{"Name":"other"}""");
        for (var i = 0; i < count; i++)
            scenario.Given($"s{i:D6}x", $$"""{"Name":"s","NetId":{{Stored("net", "vnet-9")}}}""", Subnet).Declare($"s{i:D6}x", $$"""{"Name":"s","NetId":{{Reference("net")}}}""", Subnet);
        return scenario;
    }
}
