using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using Formae.Architecture.Tests.Bicep;
using Formae.Protocol.Bus;

namespace Formae.Architecture.Tests.Deployment;

/// <summary>The topic of events, who listens to it, and that everybody calls the events by the same names.</summary>
public sealed partial class EventTests
{
    private const string Topic = "Microsoft.ServiceBus/namespaces/topics";
    private const string Filter = """sys.Label LIKE '{}'""";

    [Fact]
    public void The_topic_is_that_of_the_code()
    {
        var topic = Made(Topic);
        Assert.Equal(BusContract.EventTopic, topic.TextOf("name"));
        Assert.Equal(BusContract.DuplicateWindow, XmlConvert.ToTimeSpan(topic.TextOf("properties", "duplicateDetectionHistoryTimeWindow")!));
        Assert.Equal("true", topic.WrittenAt("properties", "requiresDuplicateDetection"));
        Assert.Equal(BusContract.EventValidity, XmlConvert.ToTimeSpan(topic.TextOf("properties", "defaultMessageTimeToLive")!));
        Assert.Equal(BusContract.EventTopic, Infrastructure.Module("topic-rights").Resources.Single(resource => resource.Type == Topic).Resource.Body.TextOf("name"));
        Assert.Equal(BusContract.EventTopic, Infrastructure.Module("subscription-rights").Resources.Single(resource => resource.Type == Topic).Resource.Body.TextOf("name"));
    }

    [Fact]
    public void A_subscription_is_called_as_its_plugin_and_holds_back_what_was_not_asked_for()
    {
        var subscription = Made(Topic + "/subscriptions");
        Assert.Equal(new Node.Member(new Node.Symbol("listener"), "name"), subscription["name"]);
        Assert.Equal($"{BusContract.MostDeliveries}", subscription.WrittenAt("properties", "maxDeliveryCount"));
        Assert.Equal("false", subscription.WrittenAt("properties", "requiresSession"));
        Assert.Equal(BusContract.EventValidity, XmlConvert.ToTimeSpan(subscription.TextOf("properties", "defaultMessageTimeToLive")!));

        // A new subscription has a rule of this name that lets everything through.
        var rule = Made(Topic + "/subscriptions/rules");
        Assert.Equal("$Default", rule.TextOf("name"));
        Assert.Contains(rule.All.OfType<Node.Text>(), text => text.Pattern == Filter);
    }

    [Fact]
    public void Whoever_listens_and_whoever_tells_are_set_to_the_same_topic()
    {
        var settings = Infrastructure.Main.Nodes.OfType<Node.Map>().Where(map => map["FORMAE_EVENTS_TOPIC"] is not null).ToList();
        Assert.Equal([BusContract.EventTopic, BusContract.EventTopic], settings.Select(map => map.TextOf("FORMAE_EVENTS_TOPIC")));
        Assert.Equal(new Node.Member(new Node.Symbol("plugin"), "name"), Assert.Single(settings, map => map["FORMAE_EVENTS_SUBSCRIPTION"] is not null)["FORMAE_EVENTS_SUBSCRIPTION"]);
    }

    [Fact]
    public void What_a_plugin_of_a_deployment_listens_to_is_what_its_manifest_asks_for()
    {
        foreach (var file in Infrastructure.Parameters)
        {
            foreach (var plugin in Infrastructure.PluginsOf(file))
            {
                var manifest = Repository.FilesOf("plugin.json", "functions/plugins").Select(path => JsonElement.Parse(File.ReadAllText(Repository.Full(path)))).Single(one => one.GetProperty("name").ValueEquals(plugin.TextOf("name")));
                var asked = manifest.TryGetProperty("events", out var events) ? events.EnumerateArray().Select(one => one.GetString()) : [];
                Assert.Equal(asked, plugin["events"] is Node.List list ? list.Items.Select(item => ((Node.Text)item).Plain) : []);
            }
        }
    }

    [Fact]
    public void The_events_have_the_same_names_everywhere()
    {
        var type = Quoted().Matches(Regex.Match(File.ReadAllText(Repository.Full("infra/bicep/types.bicep")), "type Event = (.*)").Groups[1].Value).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(EventTypes.Known, type.Where(name => !name.Contains('*', StringComparison.Ordinal)));
        Assert.All(type, name => Assert.NotEmpty(EventTypes.Expand([name])));
        Assert.Equal(EventTypes.Known.Select(name => name.Split('.')[0] + ".*").Distinct().Append("*"), type.Where(name => name.Contains('*', StringComparison.Ordinal)));

        var told = TableRow().Matches(File.ReadAllText(Repository.Full("docs/plugins.md"))).Select(match => match.Groups[1].Value);
        Assert.Equal(EventTypes.Known, told);
    }

    private static Node.Map Made(string type) => Infrastructure.Resources.Single(resource => resource.Type == type && !resource.Resource.IsExisting).Resource.Body;

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();

    /// <summary>The rows of the table of events: no other begins with a lower-case name with a point.</summary>
    [GeneratedRegex(@"^\| `([a-z]+\.[a-z]+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
