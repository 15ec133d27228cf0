using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using Formae.Architecture.Tests.Bicep;
using Formae.Protocol.Bus;

namespace Formae.Architecture.Tests.Deployment;

/// <summary>Queues, tables and containers: those that code names, with what it counts on.</summary>
public sealed partial class StateTests
{
    private const string RequestPrefix = "formae-requests-";

    [Fact]
    public void The_queues_are_those_of_the_code()
    {
        Assert.Equal([BusContract.AnnouncementQueue, BusContract.ReportQueue, $"{RequestPrefix}{{}}"], Queues().Select(queue => NameOf(queue).Pattern).Order(StringComparer.Ordinal));
        Assert.Equal([BusContract.ReportQueue, BusContract.AnnouncementQueue, $"{RequestPrefix}{{}}"], Infrastructure.CallsOf("queue-rights").Select(call => ((Node.Text)call["queueName"]!).Pattern));
    }

    [Fact]
    public void Queues_keep_messages_as_the_code_counts_on()
    {
        foreach (var queue in Queues())
        {
            var name = NameOf(queue).Pattern;
            var properties = (Node.Map)queue.Body["properties"]!;
            TimeSpan Time(string property) => XmlConvert.ToTimeSpan(properties.TextOf(property)!);

            Assert.Equal(BusContract.DuplicateWindow, Time("duplicateDetectionHistoryTimeWindow"));
            Assert.Equal("true", properties.WrittenAt("requiresDuplicateDetection"));
            Assert.Equal("false", properties.WrittenAt("requiresSession"));
            Assert.Equal($"{BusContract.MostDeliveries}", properties.WrittenAt("maxDeliveryCount"));
            Assert.Equal(name == BusContract.AnnouncementQueue ? "false" : "true", properties.WrittenAt("deadLetteringOnMessageExpiration"));
            Assert.Equal(name switch { BusContract.ReportQueue => BusContract.ReportValidity, BusContract.AnnouncementQueue => BusContract.AnnouncementValidity, _ => BusContract.RequestValidity }, Time("defaultMessageTimeToLive"));
            Assert.Equal(TimeSpan.FromMinutes(name.StartsWith(RequestPrefix, StringComparison.Ordinal) ? 5 : 1), Time("lockDuration"));
        }
    }

    [Fact]
    public void The_emulators_queues_differ_where_it_knows_no_better()
    {
        // It keeps a message for an hour and remembers one for five minutes, at most.
        using var emulator = JsonDocument.Parse(File.ReadAllText(Repository.Full("dev/servicebus-emulator.json")));
        foreach (var queue in emulator.RootElement.GetProperty("UserConfig").GetProperty("Namespaces")[0].GetProperty("Queues").EnumerateArray())
        {
            var name = queue.GetProperty("Name").GetString()!;
            var deployed = Queues().Single(one => NameOf(one).Pattern == (name.StartsWith(RequestPrefix, StringComparison.Ordinal) ? $"{RequestPrefix}{{}}" : name));
            foreach (var property in queue.GetProperty("Properties").EnumerateObject())
            {
                var expected = property.Name switch
                {
                    "DuplicateDetectionHistoryTimeWindow" => "PT5M",
                    "DefaultMessageTimeToLive" => "PT1H",
                    _ => deployed.Body.WrittenAt("properties", JsonNamingPolicy.CamelCase.ConvertName(property.Name)),
                };
                Assert.Equal(expected, property.Value.ToString(), ignoreCase: true);
            }
        }
    }

    [Fact]
    public void The_tables_are_those_of_the_code()
    {
        var code = TableOfCode().Matches(File.ReadAllText(Repository.Full("src/Coordination/Storage/FormaeTables.cs"))).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(code);
        var deployed = ((Node.List)Infrastructure.Main.Of("var").Single(value => value.Name == "tables").Value!).Items.Select(item => ((Node.Text)item).Plain!);
        Assert.Equal(code.Order(StringComparer.Ordinal), deployed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_containers_are_those_of_the_code()
    {
        var named = Repository.FilesOf(".cs", "src/Messaging").SelectMany(file => ContainerOfCode().Matches(File.ReadAllText(Repository.Full(file)))).Select(match => match.Groups[1].Value);
        var deployed = Containers("storage").ToList();
        Assert.Equal(named.Order(StringComparer.Ordinal), deployed.Order(StringComparer.Ordinal));

        // The one of the host is where the app's own package is taken from.
        var package = (Node.Text)Infrastructure.Module("function-app").Resources.Single(resource => resource.Type == "Microsoft.Web/sites").Resource.Body["properties", "functionAppConfig", "deployment", "storage", "value"]!;
        Assert.Equal([package.Pieces[^1]], Containers("host-storage"));
    }

    [Fact]
    public void The_task_hub_is_that_of_the_host()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Repository.Full("host.json")));
        var hub = Infrastructure.Module("scheduler").Resources.Single(resource => resource.Type == "Microsoft.DurableTask/schedulers/taskHubs").Resource.Body.TextOf("name");
        Assert.Equal(host.RootElement.GetProperty("extensions").GetProperty("durableTask").GetProperty("hubName").GetString(), hub);
    }

    [Fact]
    public void Whatever_stores_something_is_closed_to_keys_and_to_the_public()
    {
        var accounts = Infrastructure.Resources.Where(resource => resource is { Type: "Microsoft.Storage/storageAccounts", Resource.IsExisting: false }).ToList();
        Assert.Equal(2, accounts.Count);
        foreach (var (file, _, _, account) in accounts)
        {
            Assert.True(account.Body.WrittenAt("properties", "allowSharedKeyAccess") == "false", file);
            Assert.True(account.Body.WrittenAt("properties", "allowBlobPublicAccess") == "false", file);
            Assert.True(account.Body.WrittenAt("properties", "supportsHttpsTrafficOnly") == "true", file);
            Assert.True(account.Body.TextOf("properties", "minimumTlsVersion") == "TLS1_2", file);
        }

        Assert.Equal("true", Made("Microsoft.ServiceBus/namespaces").WrittenAt("properties", "disableLocalAuth"));
        Assert.Equal("1.2", Made("Microsoft.ServiceBus/namespaces").TextOf("properties", "minimumTlsVersion"));
        Assert.Equal("true", Made("Microsoft.KeyVault/vaults").WrittenAt("properties", "enableRbacAuthorization"));
        Assert.Equal("true", Made("Microsoft.KeyVault/vaults").WrittenAt("properties", "enablePurgeProtection"));
        Assert.Equal("true", Made("Microsoft.Insights/components").WrittenAt("properties", "DisableLocalAuth"));
        Assert.Equal("true", Made("Microsoft.Web/sites").WrittenAt("properties", "httpsOnly"));
    }

    [Fact]
    public void In_a_private_network_nothing_is_reached_from_outside_but_the_apps()
    {
        // Whoever takes part has an endpoint, and its public name closes with it.
        foreach (var type in (string[])["Microsoft.Storage/storageAccounts", "Microsoft.ServiceBus/namespaces", "Microsoft.KeyVault/vaults", "Microsoft.DurableTask/schedulers"])
        {
            foreach (var (path, _, _, resource) in Infrastructure.Resources.Where(resource => resource.Type == type && !resource.Resource.IsExisting))
            {
                Assert.True(
                    resource.Body["properties", "publicNetworkAccess"] is Node.Choice
                    {
                        Condition: Node.Call { Function: "empty", Arguments: [Node.Symbol { Name: "endpointsSubnetId" }] },
                        Then: Node.Text { Plain: "Enabled" },
                        Else: Node.Text { Plain: "Disabled" },
                    },
                    $"{path}: {type}");
                Assert.Contains(Infrastructure.Templates.Single(file => file.Path == path).Of("module"), module => module.Type == "private-endpoint.bicep");
            }
        }
    }

    private static IEnumerable<Declaration> Queues() => Infrastructure.Module("bus").Resources.Where(resource => resource.Type == "Microsoft.ServiceBus/namespaces/queues").Select(resource => resource.Resource);

    private static Node.Text NameOf(Declaration resource) => (Node.Text)resource.Body["name"]!;

    private static IEnumerable<string> Containers(string module) => Infrastructure.Module(module).Resources
        .Where(resource => resource.Type == "Microsoft.Storage/storageAccounts/blobServices/containers").Select(resource => resource.Resource.Body.TextOf("name")!);

    private static Node.Map Made(string type) => Infrastructure.Resources.Single(resource => resource.Type == type && !resource.Resource.IsExisting).Resource.Body;

    [GeneratedRegex("""GetTableClient\("(\w+)"\)""")]
    private static partial Regex TableOfCode();

    [GeneratedRegex("""const string Container = "([a-z-]+)";""")]
    private static partial Regex ContainerOfCode();
}
