using System.Text.Json;
using System.Text.RegularExpressions;

namespace Formae.Architecture.Tests;

/// <summary>The files for Core Tools and the emulators name the same things as the code.</summary>
public sealed partial class DevelopmentTests
{
    private const string Template = "local.settings.json.template";

    [Fact]
    public void The_emulator_has_the_queues_that_the_apps_ask_for()
    {
        using var emulator = JsonDocument.Parse(File.ReadAllText(Repository.Full("dev/servicebus-emulator.json")));
        var queues = emulator.RootElement.GetProperty("UserConfig").GetProperty("Namespaces")[0].GetProperty("Queues").EnumerateArray().Select(queue => queue.GetProperty("Name").GetString()!);
        var asked = Templates().Select(file => Values(file).GetValueOrDefault("FormaeRequestQueue")).OfType<string>()
            .Concat(QueueName().Matches(File.ReadAllText(Repository.Full("src/Protocol/Bus/BusContract.cs"))).Select(match => match.Groups[1].Value));
        Assert.Equal(asked.Order(StringComparer.Ordinal), queues.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_emulator_has_the_topic_of_events_and_a_subscription_for_whoever_tries_a_plugin()
    {
        using var emulator = JsonDocument.Parse(File.ReadAllText(Repository.Full("dev/servicebus-emulator.json")));
        var topic = Assert.Single(emulator.RootElement.GetProperty("UserConfig").GetProperty("Namespaces")[0].GetProperty("Topics").EnumerateArray());
        Assert.Equal(Formae.Protocol.Bus.BusContract.EventTopic, topic.GetProperty("Name").GetString());
        Assert.True(topic.GetProperty("Properties").GetProperty("RequiresDuplicateDetection").GetBoolean());
        var subscription = Assert.Single(topic.GetProperty("Subscriptions").EnumerateArray()).GetProperty("Name").GetString();
        Assert.Contains($"`FORMAE_EVENTS_SUBSCRIPTION={subscription}`", File.ReadAllText(Repository.Full("docs/local-emulation.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_function_app_has_a_template_of_its_settings()
    {
        var apps = Project.Every.Select(project => project.Room).Where(room => room.StartsWith("functions/", StringComparison.Ordinal));
        Assert.Equal(apps.Order(StringComparer.Ordinal), Templates().Select(file => file[..^(Template.Length + 1)]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Apps_that_are_started_together_have_ports_of_their_own()
    {
        var ports = Templates().Select(file => Root(file).GetProperty("Host").GetProperty("LocalHttpPort").GetInt32()).ToList();
        Assert.Equal(ports.Count, ports.Distinct().Count());
    }

    [Fact]
    public void The_walk_through_names_the_ports()
    {
        var text = File.ReadAllText(Repository.Full("docs/local-emulation.md"));
        foreach (var file in Templates())
        {
            var app = Path.GetFileName(Path.GetDirectoryName(file))!;
            Assert.Contains($"{Root(file).GetProperty("Host").GetProperty("LocalHttpPort").GetInt32()} {(app == "Coordinator" ? "the coordinator" : app)}", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void There_is_one_version_of_azurite()
    {
        var version = JsonElement.Parse(File.ReadAllText(Repository.Full("tools/package.json"))).GetProperty("dependencies").GetProperty("azurite").GetString();
        Assert.Contains($"/azurite:{version}\n", File.ReadAllText(Repository.Full("dev/compose.yml")), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_that_a_trigger_names_is_in_the_template()
    {
        var named = Repository.FilesOf(".cs", "src/Sdk.Functions").SelectMany(file => SettingOfTrigger().Matches(File.ReadAllText(Repository.Full(file)))).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(named);
        foreach (var file in Templates().Where(file => file.StartsWith("functions/plugins/", StringComparison.Ordinal)))
            Repository.NoneOf($"{file} has no value for:", named.Except(Values(file).Keys));
    }

    private static IEnumerable<string> Templates() => Repository.FilesOf(Template);

    private static Dictionary<string, string> Values(string file) => Root(file).GetProperty("Values").EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetString()!);

    private static JsonElement Root(string file) => JsonElement.Parse(File.ReadAllText(Repository.Full(file)));

    [GeneratedRegex("""Queue = "([a-z-]+)";""")]
    private static partial Regex QueueName();

    [GeneratedRegex("""Trigger\("%(\w+)%""")]
    private static partial Regex SettingOfTrigger();
}
