namespace Formae.Embedded.ServiceBus.Tests;

public sealed class TopologyTests
{
    [Fact]
    public void The_emulators_configuration_is_understood_and_unknown_keys_are_ignored()
    {
        var topology = BrokerTopology.Parse("""
            { // a comment
              "UserConfig": { "Namespaces": [ { "Name": "sbemulatorns",
                "Queues": [ { "Name": "q", "Properties": { "DeadLetteringOnMessageExpiration": true, "DefaultMessageTimeToLive": "PT1H", "DuplicateDetectionHistoryTimeWindow": "PT20S",
                  "ForwardTo": "", "LockDuration": "PT1M", "MaxDeliveryCount": 3, "RequiresDuplicateDetection": true, "RequiresSession": false } } ],
                "Topics": [ { "Name": "t", "Subscriptions": [ { "Name": "s", "Rules": [ { "Name": "r", "Properties": { "FilterType": "Sql", "SqlFilter": { "SqlExpression": "1 = 1" } } } ] } ] } ] } ],
                "Logging": { "Type": "File" } } }
            """);
        var queue = Assert.Single(topology.Queues);
        Assert.Equal(new QueueProperties
        {
            DeadLetteringOnMessageExpiration = true,
            DefaultMessageTimeToLive = TimeSpan.FromHours(1),
            DuplicateDetectionHistoryTimeWindow = TimeSpan.FromSeconds(20),
            LockDuration = TimeSpan.FromMinutes(1),
            MaxDeliveryCount = 3,
            RequiresDuplicateDetection = true,
        }, queue.Properties);
        Assert.IsType<RuleFilter.Always>(Assert.Single(Assert.Single(Assert.Single(topology.Topics).Subscriptions).Rules));
    }

    [Theory]
    [InlineData("{", "no JSON")]
    [InlineData("{}", "$.UserConfig")]
    [InlineData("""{"UserConfig":{"Namespaces":[{"Queues":[{}]}]}}""", "$.UserConfig.Namespaces[0].Queues[0].Name")]
    [InlineData("""{"UserConfig":{"Namespaces":[{"Queues":[{"Name":"a"},{"Name":"A"}]}]}}""", "twice")]
    [InlineData("""{"UserConfig":{"Namespaces":[{"Queues":[{"Name":"a","Properties":{"LockDuration":"60"}}]}]}}""", "Properties.LockDuration: '60' is no ISO 8601")]
    [InlineData("""{"UserConfig":{"Namespaces":[{"Queues":[{"Name":"a","Properties":{"LockDuration":"PT6M"}}]}]}}""", "out of range")]
    [InlineData("""{"UserConfig":{"Namespaces":[{"Queues":[{"Name":"a","Properties":{"MaxDeliveryCount":0}}]}]}}""", "MaxDeliveryCount: a number")]
    [InlineData("""{"UserConfig":{"Namespaces":[{"Queues":[{"Name":"a","Properties":{"RequiresSession":true}}]}]}}""", "no sessions")]
    [InlineData("""{"UserConfig":{"Namespaces":[{"Topics":[{"Name":"t","Subscriptions":[{"Name":"s","Rules":[{"Properties":{"FilterType":"Sql","SqlFilter":{"SqlExpression":"a=1"}}}]}]}]}]}}""", "Rules[0].Properties.SqlFilter")]
    public void A_mistake_is_named_with_its_path(string json, string finding)
    {
        var refusal = Assert.Throws<FormatException>(() => BrokerTopology.Parse(json));
        Assert.Contains(finding, refusal.Message, StringComparison.Ordinal);
    }
}
