namespace Formae.Cost.Tests;

public sealed class BillTests
{
    private static readonly CostData Data = CostData.Load();

    [Fact]
    public void A_month_at_rest_is_the_list_price_of_what_stands_there()
    {
        var prod = new Bill(Data, Repository.Tier("prod")).AtRest();

        Assert.Equal(730 * 0.9275, prod.Single(charge => charge.What == "Service Bus Premium").Dollars!.Value, tolerance: 0.001);
        Assert.Equal(10 * 730 * 0.01, prod.Single(charge => charge.What == "Private endpoints").Dollars!.Value, tolerance: 0.001);
        var ready = Repository.Tier("prod") is var tier ? tier.Plugins.Values.Append(tier.Coordinator).Sum(size => size.Memory / 1024.0 * size.AlwaysReady) : 0;
        Assert.Equal(ready * 730 * 3600 * 0.000004, prod.Single(charge => charge.What == "Functions, kept ready").Dollars!.Value, tolerance: 0.001);

        var dev = new Bill(Data, Repository.Tier("dev")).AtRest();
        Assert.Equal(730 * 0.01344, dev.Single(charge => charge.What == "Service Bus Standard").Dollars!.Value, tolerance: 0.001);
        Assert.Equal(0, dev.Single(charge => charge.What == "Durable Task Scheduler Consumption").Dollars);
        Assert.DoesNotContain(dev, charge => charge.What == "Functions, kept ready");
    }

    [Fact]
    public void What_has_no_known_price_is_said_and_the_sum_is_a_least_one()
    {
        var unknown = new Bill(Data, Repository.Tier("prod")).AtRest();
        Assert.Null(unknown.Single(charge => charge.What.StartsWith("Durable Task Scheduler", StringComparison.Ordinal)).Dollars);
        Assert.StartsWith("at least $", Show.Sum(unknown.Select(charge => charge.Dollars)), StringComparison.Ordinal);
        Assert.Contains("| not known |", Report.Table(unknown), StringComparison.Ordinal);

        var known = Data with { Prices = [.. Data.Prices.Select(price => price with { Value = price.Value ?? 1 })] };
        Assert.StartsWith("$", Show.Sum(new Bill(known, Repository.Tier("prod")).AtRest().Select(charge => charge.Dollars)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dev", "create")]
    [InlineData("dev", "delete")]
    [InlineData("prod", "update")]
    public void Twice_as_many_operations_cost_twice_as_much(string tier, string verb)
    {
        var bill = new Bill(Data, Repository.Tier(tier));
        double Sum(double count) => bill.Of(verb, count, 0.5).Sum(charge => charge.Dollars ?? 0);

        Assert.Equal(2, Sum(20_000) / Sum(10_000), tolerance: 1e-9);
        Assert.True(bill.Of(verb, 1000, 5).Sum(charge => charge.Dollars ?? 0) > Sum(1000), "A slower cloud keeps a plugin at work for longer.");
    }

    [Fact]
    public void On_the_Standard_bus_an_operation_pays_for_each_message_three_times()
    {
        var charge = new Bill(Data, Repository.Tier("dev")).Of("create", 1_000_000, 0.5).Single(charge => charge.What == "Service Bus Standard");

        Assert.Equal(2 * 3 * 0.8, charge.Dollars!.Value, tolerance: 1e-6);
    }
}
