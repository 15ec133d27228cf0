namespace Formae.Cost.Tests;

/// <summary>What cannot be is refused with words that say what can.</summary>
public sealed class AskingTests
{
    [Theory]
    [InlineData("", "--resources is missing")]
    [InlineData("--resources", "--resources needs a value")]
    [InlineData("--resources --verb", "--resources needs a value")]
    [InlineData("--resources 0", "a whole number from 1 to 100000000")]
    [InlineData("--resources -5", "a whole number from 1 to")]
    [InlineData("--resources many", "'many'")]
    [InlineData("--resources 99999999999999999999", "a whole number")]
    [InlineData("--resources 5 --resources 6", "comes twice")]
    [InlineData("--resources 5 --colour red", "'--colour' is not known here. Known: --resources,")]
    [InlineData("5", "'5' is not known here")]
    [InlineData("--resources 5 --verb destroy", "it can be create or update or delete")]
    [InlineData("--resources 5 --tier stage", "it can be dev or prod")]
    [InlineData("--resources 5 --backend Netherite", "it can be DurableTaskScheduler or Scheduler or AzureStorage")]
    [InlineData("--resources 5 --scheduler-units 4", "from 1 to 3")]
    [InlineData("--resources 5 --tier dev --scheduler-units 2", "say --scheduler Dedicated too")]
    [InlineData("--resources 5 --backend AzureStorage --scheduler-units 2", "say --scheduler Dedicated too")]
    [InlineData("--resources 5 --tier dev --bus-units 2", "say --bus Premium too")]
    [InlineData("--resources 5 --plugins gcp", "names 'gcp', which prod does not deploy")]
    [InlineData("--resources 5 --plugins aws,aws", "each plugin is named once")]
    [InlineData("--resources 5 --plugins aws=0", "a weight above 0")]
    [InlineData("--resources 5 --cloud-latency 300", "such as 250ms")]
    [InlineData("--resources 5 --cloud-latency -1s", "such as 250ms")]
    [InlineData("--resources 5 --cloud-latency 61m", "at most an hour")]
    [InlineData("--resources 5 --cloud-rate 0", "a number above 0")]
    [InlineData("--resources 5 --cloud-rate NaN", "a number above 0")]
    [InlineData("--resources 5 --plugins aws --cloud-rate azure=5", "none of the plugins aws")]
    [InlineData("--resources 5 --cloud-rate aws=5,aws=6", "'aws' twice")]
    public void What_cannot_be_is_refused_in_words(string asked, string expected) =>
        Assert.Contains(expected, Assert.Throws<UsageException>(() => Asking.Read(asked.Split(' ', StringSplitOptions.RemoveEmptyEntries), Repository.Bicep)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("DurableTaskScheduler")]
    [InlineData("Scheduler")]
    [InlineData("scheduler")]
    public void The_scheduler_has_two_names(string name) =>
        Assert.Equal(Backends.Scheduler, Asking.Read(["--resources", "5", "--backend", name], Repository.Bicep).Tier.Backend);

    [Fact]
    public void What_is_asked_is_what_stands_on_the_line()
    {
        var question = Asking.Read("--resources=1_000_000 --VERB delete".Replace("VERB", "verb", StringComparison.Ordinal).Split(' ').Concat("--tier dev --backend azurestorage --bus premium --bus-units 2 --plugins aws=3,azure --cloud-latency 1.5s --cloud-rate 20".Split(' ')).ToList(), Repository.Bicep);

        Assert.Equal((1_000_000, "delete", Backends.Storage, "Premium", 2, 1.5), (question.Resources, question.Verb, question.Tier.Backend, question.Tier.BusSku, question.Tier.BusUnits, question.CloudLatency));
        Assert.Equal((0.75, 0.25), (question.Shares["aws"], question.Shares["azure"]));
        Assert.Equal((20.0, 20.0), (question.CloudRates["aws"], question.CloudRates["azure"]));
    }
}
