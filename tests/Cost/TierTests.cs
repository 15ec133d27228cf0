namespace Formae.Cost.Tests;

public sealed class TierTests
{
    [Fact]
    public void The_tiers_are_what_the_parameter_files_say()
    {
        var (dev, prod) = (Repository.Tier("dev"), Repository.Tier("prod"));

        Assert.Equal(new AppSize(2048, 40, 0), dev.Coordinator);
        Assert.Equal((Backends.Scheduler, "Consumption", "Standard", false, false), (dev.Backend, dev.SchedulerSku, dev.BusSku, dev.IsPrivate, dev.IsZoned));
        Assert.Equal((Backends.Scheduler, "Dedicated", 1, "Premium", 1, true, true), (prod.Backend, prod.SchedulerSku, prod.SchedulerUnits, prod.BusSku, prod.BusUnits, prod.IsPrivate, prod.IsZoned));
        foreach (var tier in (Tier[])[dev, prod])
        {
            var named = File.ReadAllLines(Path.Combine(Repository.Bicep, $"{tier.Name}.bicepparam")).Count(line => line.Contains("{ name: '", StringComparison.Ordinal));
            Assert.Equal(named, tier.Plugins.Count);
            Assert.All(tier.Plugins.Values, size => Assert.True(size.Memory >= 512 && size.Instances > 0));
        }
    }

    [Fact]
    public void A_tier_that_is_not_there_is_named() =>
        Assert.Contains("There is no tier 'stage'", Assert.Throws<UsageException>(() => Repository.Tier("stage")).Message, StringComparison.Ordinal);

    [Fact]
    public void What_a_file_leaves_open_main_bicep_says_or_it_is_named()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("main.bicep"), "param network string = 'Public'\nparam durableBackend string = 'AzureStorage'\nparam schedulerSku string = 'Consumption'\nparam schedulerCapacity int = 2\nparam redundancy string = 'Standard_LRS'\n");
        File.WriteAllText(folder.File("dev.bicepparam"), "param coordinatorSize = { memory: 2048, instances: 7, alwaysReady: 1 }\nparam plugins = [\n  { name: 'aws', namespace: 'AWS', version: '0.1.0', size: { memory: 512, instances: 3, alwaysReady: 0 } }\n]\n");
        Assert.Contains("'busSku'", Assert.Throws<UsageException>(() => Tier.Read(folder.Path, "dev")).Message, StringComparison.Ordinal);

        File.AppendAllText(folder.File("dev.bicepparam"), "param busSku = 'Premium'\nparam busCapacity = 4\n");
        var tier = Tier.Read(folder.Path, "dev");

        Assert.Equal((Backends.Storage, 2, "Premium", 4, new AppSize(2048, 7, 1), new AppSize(512, 3, 0)), (tier.Backend, tier.SchedulerUnits, tier.BusSku, tier.BusUnits, tier.Coordinator, tier.Plugins["aws"]));
    }
}
