namespace Formae.Cost.Tests;

/// <summary>Each limit is the bottleneck where it should be, and what is asked of the model moves its answer the right way.</summary>
public sealed class SimulationTests
{
    private static readonly CostData Data = CostData.Load();

    [Theory]
    [InlineData("Cloud of aws", "--resources 10000 --plugins aws,azure --cloud-rate aws=5,azure=50")]
    [InlineData("Cloud of azure", "--resources 10000 --plugins aws,azure --cloud-rate aws=50,azure=5")]
    [InlineData("Scheduler Consumption", "--resources 1000000 --scheduler Consumption")]
    [InlineData("Scheduler Dedicated", "--resources 1000000")]
    [InlineData("Service Bus Standard", "--resources 1000000 --tier dev --scheduler Dedicated")]
    [InlineData("Tables: account", "--resources 1000000 --scheduler-units 3 --verb delete")]
    [InlineData("Tables: one partition", "--resources 100000 --scheduler-units 3 --cloud-latency 1ms")]
    [InlineData("Task hub: entities", "--resources 1000000 --backend AzureStorage")]
    [InlineData("Plugin postgres", "--resources 100000 --plugins postgres --cloud-latency 10m")]
    [InlineData("Operations under way", "--resources 100000 --plugins azurestorage,azure,aws --cloud-latency 10m")]
    public void The_bottleneck_is_the_one_that_it_should_be(string expected, string asked) => Assert.Equal(expected, Of(asked).Stages()[0].Name);

    [Theory]
    [InlineData("bus.standard.credits", "Service Bus Standard", "--tier dev")]
    [InlineData("bus.premium.messages", "Service Bus Premium", "")]
    [InlineData("scheduler.consumption.actions", "Scheduler Consumption", "--scheduler Consumption")]
    [InlineData("scheduler.dedicated.actions", "Scheduler Dedicated", "")]
    [InlineData("tables.account.requests", "Tables: account", "")]
    [InlineData("tables.partition.rows", "Tables: one partition", "")]
    [InlineData("durable.events", "Task hub: orchestrations", "--backend AzureStorage")]
    [InlineData("durable.entities", "Task hub: entities", "--backend AzureStorage")]
    public void A_limit_that_is_lowered_becomes_the_bottleneck_and_then_halves_the_pace(string limit, string stage, string asked)
    {
        var slow = Of($"--resources 100000 {asked}", Lowered(limit, 0.002)).Stages()[0];
        var slower = Of($"--resources 100000 {asked}", Lowered(limit, 0.001)).Stages()[0];

        Assert.Equal((stage, stage), (slow.Name, slower.Name));
        Assert.Equal(2, slower.Seconds / slow.Seconds, tolerance: 1e-9);
    }

    [Fact]
    public void Twice_as_many_take_twice_as_long_where_a_limit_is_reached()
    {
        foreach (var asked in (string[])["--cloud-rate 10", "--tier dev", "--tier prod", "--backend AzureStorage", "--verb update --tier dev", "--tier dev --verb delete"])
        {
            var (once, twice) = (Of($"--resources 400000 {asked}"), Of($"--resources 800000 {asked}"));

            Assert.Equal(once.Stages()[0].Name, twice.Stages()[0].Name);
            Assert.Equal(2, twice.Stages()[0].Seconds / once.Stages()[0].Seconds, tolerance: 1e-9);
        }
    }

    [Fact]
    public void More_to_do_never_takes_less_time_and_more_room_never_takes_more()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var few = random.Next(1, 1_000_000);
            var many = few + random.Next(0, 1_000_000);
            var (quick, slow) = (random.Next(1, 500), random.Next(500, 5_000));
            var (low, high) = (random.Next(1, 100), random.Next(100, 10_000));
            string Any(params string[] words) => words[random.Next(words.Length)];
            var rest = $"--verb {Any("create", "update", "delete")} --tier {Any("dev", "prod")} --backend {Any(Backends.Scheduler, Backends.Storage)}";
            double Seconds(string text) => Of(text).Seconds;

            Assert.True(Seconds($"--resources {few} --cloud-latency {quick}ms {rest}") <= Seconds($"--resources {many} --cloud-latency {quick}ms {rest}"), $"{few} took longer than {many}: {rest}");
            Assert.True(Seconds($"--resources {few} --cloud-latency {quick}ms {rest}") <= Seconds($"--resources {few} --cloud-latency {slow}ms {rest}"), $"{quick} ms took longer than {slow} ms: {rest}");
            Assert.True(Seconds($"--resources {few} --cloud-rate {high} {rest}") <= Seconds($"--resources {few} --cloud-rate {low} {rest}"), $"{high}/s took longer than {low}/s: {rest}");
        }

        Assert.True(Of("--resources 1000000 --scheduler-units 2").Seconds < Of("--resources 1000000 --scheduler-units 1").Seconds);
        Assert.True(Of("--resources 1000000 --bus Premium --tier dev --scheduler Dedicated").Seconds < Of("--resources 1000000 --tier dev --scheduler Dedicated").Seconds);
    }

    [Fact]
    public void An_update_reads_first_so_a_cloud_with_a_limit_takes_twice_as_long() =>
        Assert.Equal(2, Of("--resources 10000 --verb update --cloud-rate 10").Stages()[0].Seconds / Of("--resources 10000 --verb create --cloud-rate 10").Stages()[0].Seconds, tolerance: 1e-9);

    [Fact]
    public void The_picture_names_time_cost_and_bottleneck_and_its_longest_bar_is_that_of_the_slowest()
    {
        var text = Report.Of(Data, Asking.Read("--resources 1000000 --plugins aws=3,azure=1 --cloud-rate aws=100,azure=40".Split(' '), Repository.Bicep));

        Assert.Contains("create 1,000,000 resources on prod", text, StringComparison.Ordinal);
        Assert.Contains("in 5 documents of at most 200,000, side by side", text, StringComparison.Ordinal);
        Assert.Contains("first bottleneck  Cloud of aws: 100 calls a second. To go beyond: a higher quota of the cloud", text, StringComparison.Ordinal);
        Assert.Matches(@"time +at least 2\.1 h", text);
        Assert.Matches(@"cost +\$\d+\.\d\d beside", text);
        var bars = text.Split('\n').Where(line => line.Contains('█', StringComparison.Ordinal)).Select(line => line.Count(one => one == '█')).ToList();
        Assert.Equal(bars.OrderDescending(), bars);
        Assert.Equal(36, bars[0]);
    }

    private static Simulation Of(string asked, CostData? data = null) => new(data ?? Data, Asking.Read(asked.Split(' ', StringSplitOptions.RemoveEmptyEntries), Repository.Bicep));

    private static CostData Lowered(string limit, double value)
    {
        Assert.Contains(Data.Limits, one => one.Name == limit);
        return Data with { Limits = [.. Data.Limits.Select(one => one.Name == limit ? one with { Value = value } : one)] };
    }
}
