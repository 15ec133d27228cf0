using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Formae.Cli.CommandLine;
using Formae.Cli.Demo;
using Formae.Cli.Tests.Support;
using Formae.Cli.Up;
using Formae.Protocol.Bus;
using Formae.Protocol.Documents;

namespace Formae.Cli.Tests;

public sealed class UpTests
{
    private static readonly VersionGate Gate = new("1.2.3");

    [Fact]
    public void The_topology_has_a_queue_for_each_plugin_that_drops_repetitions()
    {
        var queues = Samples.Json(Topology.Of(["formae-requests-fakeaws", "formae-requests-local"]))
            .GetProperty("UserConfig").GetProperty("Namespaces")[0].GetProperty("Queues").EnumerateArray()
            .ToDictionary(queue => queue.GetProperty("Name").GetString()!, queue => queue.GetProperty("Properties"));

        Assert.Equal(["formae-reports", "formae-announcements", "formae-requests-fakeaws", "formae-requests-local"], queues.Keys);
        Assert.All(queues, queue => Assert.True(queue.Value.GetProperty("RequiresDuplicateDetection").GetBoolean()));
        Assert.All(queues, queue => Assert.Equal("PT4H", queue.Value.GetProperty("DuplicateDetectionHistoryTimeWindow").GetString()));
        Assert.Equal(["P1D", "PT1H", "PT1H", "PT1H"], queues.Values.Select(queue => queue.GetProperty("DefaultMessageTimeToLive").GetString()));
        Assert.All(queues, queue => Assert.Equal(
            (queue.Key.StartsWith("formae-requests-", StringComparison.Ordinal) ? "PT5M" : "PT1M", 10),
            (queue.Value.GetProperty("LockDuration").GetString(), queue.Value.GetProperty("MaxDeliveryCount").GetInt32())));
    }

    [Fact]
    public void Whoever_listens_has_a_subscription_with_a_rule_for_each_event_and_without_listeners_there_is_no_topic()
    {
        using var run = new TestRun();
        var apps = Folder(run, "coordinator", "Formae.Coordinator");
        Plugin(run, "plugins/deaf", "deaf", "Deaf");
        Plugin(run, "plugins/ear", "ear", "Ear", """, "events": ["drift.*", "command.finished"] """);

        var listeners = Apps.Find(apps, [], Gate).Listeners;
        var topic = Assert.Single(Samples.Json(Topology.Of(["q"], listeners)).GetProperty("UserConfig").GetProperty("Namespaces")[0].GetProperty("Topics").EnumerateArray());
        var subscription = Assert.Single(topic.GetProperty("Subscriptions").EnumerateArray());

        Assert.Equal((BusContract.EventTopic, "PT4H", "P1D"), (topic.GetProperty("Name").GetString(), topic.GetProperty("Properties").GetProperty("DuplicateDetectionHistoryTimeWindow").GetString(), topic.GetProperty("Properties").GetProperty("DefaultMessageTimeToLive").GetString()));
        Assert.Equal("ear", subscription.GetProperty("Name").GetString());
        Assert.Equal(["command.finished", "drift.changed", "drift.deleted"], subscription.GetProperty("Rules").EnumerateArray().Select(rule => rule.GetProperty("Properties").GetProperty("CorrelationFilter").GetProperty("Label").GetString()));
        Assert.Equal([("FORMAE_EVENTS_SUBSCRIPTION", "ear"), ("FORMAE_EVENTS_TOPIC", BusContract.EventTopic)], listeners[0].Settings.Select(setting => (setting.Key, setting.Value!)).Order());
        Assert.Empty(Samples.Json(Topology.Of(["q"], [])).GetProperty("UserConfig").GetProperty("Namespaces")[0].GetProperty("Topics").EnumerateArray());
    }

    [Fact]
    public void An_event_that_there_is_not_is_refused_with_its_place()
    {
        using var run = new TestRun();
        var apps = Folder(run, "coordinator", "Formae.Coordinator");
        var folder = Plugin(run, "plugins/ear", "ear", "Ear", """, "events": ["drift.*", "resource.moved"] """);

        Assert.StartsWith(
            $"{Path.Combine(folder, "plugin.json")}: 'events[1]' is 'resource.moved', which is no event: there are command.finished, ",
            Assert.Throws<UpException>(() => Apps.Find(apps, [], Gate)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apps_are_found_beside_and_where_they_are_named()
    {
        using var run = new TestRun();
        var apps = Folder(run, "coordinator", "Formae.Coordinator");
        Plugin(run, "plugins/one", "one", "One");
        var further = Plugin(run, "elsewhere", "two", "Two");

        var found = Apps.Find(apps, [further], Gate);

        Assert.EndsWith("Formae.Coordinator.dll", found.Coordinator, StringComparison.Ordinal);
        Assert.Equal([("one", "One", "formae-requests-one"), ("two", "Two", "formae-requests-two")], found.Plugins.Select(plugin => (plugin.Name, plugin.Namespace, Apps.RequestQueueOf(plugin))));
    }

    [Fact]
    public async Task Without_Node_it_says_what_Azurite_needs_and_makes_nothing()
    {
        using var run = new TestRun();
        var data = Path.Combine(run.Folder, "data");

        Assert.Equal(ExitCode.MissingTool, await run.InvokeAsync("up", "--azurite", "--data", data, "--port", "0"));

        Assert.Contains("there is no Node.js on this machine, which Azurite needs", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("without --azurite", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task An_empty_folder_is_not_taken_for_the_usual_one()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.Usage, await run.InvokeAsync("up", "--data", "", "--port", "0"));
        Assert.Contains("--data is empty", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plugin_that_cannot_be_run_says_why()
    {
        using var run = new TestRun();
        var apps = Folder(run, "coordinator", "Formae.Coordinator");

        Assert.Contains($"{run.Folder}: this is neither a folder with a plugin.json nor one of the plugins that come with formae", Assert.Throws<UsageException>(() => Apps.Find(apps, [run.Folder], Gate)).Message, StringComparison.Ordinal);
        Assert.Contains("The coordinator is missing", Assert.Throws<UpException>(() => Apps.Find(Path.Combine(apps, "none"), [], Gate)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plugin_that_calls_itself_like_the_coordinator_is_refused()
    {
        using var run = new TestRun();
        var apps = Folder(run, "coordinator", "Formae.Coordinator");
        Plugin(run, "plugins/one", "coordinator", "One");

        Assert.Contains("name 'coordinator'", Assert.Throws<UpException>(() => Apps.Find(apps, [], Gate)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_plugins_of_one_namespace_are_refused()
    {
        using var run = new TestRun();
        var apps = Folder(run, "coordinator", "Formae.Coordinator");
        Plugin(run, "plugins/one", "one", "Cloud");
        Plugin(run, "plugins/two", "two", "CLOUD");

        Assert.Contains("namespace 'Cloud'", Assert.Throws<UpException>(() => Apps.Find(apps, [], Gate)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""", "minFormaeVersion": "1.10.0" """, "1.2.3", "asks for formae 1.10.0 or newer; this control plane is formae 1.2.3")]
    [InlineData(""", "minFormaeVersion": "new" """, "1.2.3", "'new', which is no semantic version")]
    [InlineData(""", "minContract": 7 """, "1.2.3", "speaks contract 7; this control plane speaks contract 1")]
    [InlineData(""", "minContract": 7 """, "0.0.0", "speaks contract 7; this control plane speaks contract 1")]
    [InlineData(""", "minFormaeVersion": "1.2.3" """, "1.2.3", null)]
    [InlineData(""", "minFormaeVersion": "1.10.0" """, "0.0.0", null)]
    public void F134_a_plugin_that_cannot_be_worked_with_is_skipped_and_the_others_are_found(string more, string version, string? reason)
    {
        using var run = new TestRun();
        var apps = Folder(run, "coordinator", "Formae.Coordinator");
        Plugin(run, "plugins/one", "one", "One");
        var further = Plugin(run, "elsewhere", "two", "Two", more);

        var found = Apps.Find(apps, [further], new VersionGate(version));

        Assert.Equal(reason is null ? ["one", "two"] : ["one"], found.Plugins.Select(plugin => plugin.Name));
        Assert.Equal(reason is null ? [] : ["two"], found.Skipped.Select(skipped => skipped.Plugin.Name));
        Assert.All(found.Skipped, skipped => Assert.Contains("Plugin two 1.0.0", skipped.Reason, StringComparison.Ordinal));
        Assert.All(found.Skipped, skipped => Assert.Contains(reason!, skipped.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void The_ready_file_is_whole()
    {
        using var run = new TestRun();
        var path = Path.Combine(run.Folder, "ready.json");

        new ReadyFile { Address = "http://127.0.0.1:1", ProcessId = 2, Processes = [new ReadyProcess { Name = "broker", ProcessId = 3 }, new ReadyProcess { Name = "coordinator", ProcessId = 4, Url = "http://127.0.0.1:1" }] }.Write(path);

        var json = Samples.Json(File.ReadAllText(path));
        Assert.Equal(["address", "pid", "processes"], json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("""{"name":"broker","pid":3}""", JsonSerializer.Serialize(json.GetProperty("processes")[0]));
        Assert.Equal("ready.json", Path.GetFileName(Assert.Single(Directory.GetFiles(run.Folder))));
    }

    [Fact]
    public void A_port_that_is_taken_is_seen()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        Assert.False(Ports.IsFree(((IPEndPoint)taken.LocalEndpoint).Port));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_data_folder_is_where_the_desktop_keeps_data(bool xdg)
    {
        var folder = DataFolder.Default(name => xdg && name == "XDG_DATA_HOME" ? "somewhere" : null);

        Assert.EndsWith(xdg ? Path.Combine("somewhere", "formae") : Path.Combine(".local", "share", "formae"), folder, StringComparison.Ordinal);
    }

    [Fact]
    public void The_sample_stays_a_sound_document_through_the_changes_of_the_demo()
    {
        using var run = new TestRun();
        var file = Path.Combine(run.Folder, "webshop.yaml");
        var shop = Webshop.Load(Webshop.Sample);
        Assert.Equal(19, shop.Count);

        shop.SetTarget("here", "Root", run.Folder);
        Assert.Equal("t3.small", shop.SetProperty("web-1", "InstanceType", "t3.large"));
        shop.Remove("web-2-host");
        shop.Save(file);

        var before = FormaReader.Read(File.ReadAllBytes(Webshop.Sample), DocumentFormat.Yaml);
        var after = FormaReader.Read(File.ReadAllBytes(file), DocumentFormat.Yaml);
        Assert.Empty(before.Diagnostics);
        Assert.Empty(after.Diagnostics);
        Assert.Equal(18, after.Forma!.Resources.Count);
        Assert.Equal(run.Folder, after.Forma.Targets.Single(target => target.Label == "here").Config!.Value.GetProperty("Root").GetString());
        var changed = after.Forma.Resources.Where(resource => JsonSerializer.Serialize(resource.Properties) != JsonSerializer.Serialize(before.Forma!.Resources.Single(other => other.Key == resource.Key).Properties));
        Assert.Equal("web-1", Assert.Single(changed).Label);
    }

    private static string Folder(TestRun run, string name, string assembly)
    {
        Directory.CreateDirectory(Path.Combine(run.Folder, name));
        run.Write($"{name}/{assembly}.dll", "");
        return run.Folder;
    }

    private static string Plugin(TestRun run, string folder, string name, string nameSpace, string more = "")
    {
        Folder(run, folder, "App");
        run.Write($"{folder}/plugin.json", $$"""{"assembly":"App","version":"1.0.0","name":"{{name}}","namespace":"{{nameSpace}}"{{more}}}""");
        return Path.Combine(run.Folder, folder);
    }
}
