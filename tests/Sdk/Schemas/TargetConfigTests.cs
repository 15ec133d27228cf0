using System.Text.Json;
using System.Text.Json.Serialization;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Schemas;
using Formae.Sdk.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Sdk.Tests.Schemas;

public sealed class TargetConfigTests
{
    [Fact]
    public void The_config_of_targets_is_read_off_its_record()
    {
        var config = Announced<Account>();

        Assert.Equal(["Region", "Port", "Size", "Key", "Login", "Isolated"], config.Fields);
        Assert.Equal(new FieldHint { Type = "string", Required = true, RequiredOnCreate = true }, config.Hints["Region"]);
        Assert.Equal(new FieldHint { Type = "string", Opaque = true }, config.Hints["Key"]);
        Assert.Equal(new FieldHint { Type = "string", Opaque = true }, config.Hints["Login.Password"]);
        Assert.Equal("boolean", config.Hints["Isolated"].Type);

        // A number that may be written as a text is checked by the plugin.
        Assert.Null(config.Hints["Port"].Type);
    }

    [Fact]
    public void Editors_learn_descriptions_and_choices_and_nothing_that_the_record_works_out()
    {
        var shape = TypeShape.Of("Test", Announced<Account>().Schema, Announced<Account>().JsonSchema);

        Assert.Equal("Whose things these are.", shape.Description);
        Assert.Equal(("Where.", true), (shape.Fields[0].Value.Description, shape.Fields[0].IsRequired));
        Assert.Equal(["Small", "Large"], shape.Fields[2].Value.Choices!);
        Assert.Equal(["User", "Password"], shape.Fields[4].Value.Members!.Select(member => member.Name));
        Assert.False(Announced<Account>().JsonSchema!.Value.GetProperty("properties").TryGetProperty("Address", out _));
    }

    [Fact]
    public void A_record_that_keeps_whatever_it_is_given_lists_no_fields()
    {
        var config = Announced<Open>();

        Assert.Empty(config.Fields);
        Assert.Equal(["Region"], config.Hints.Keys);
    }

    [Fact]
    public void A_key_with_another_name_than_its_property_is_refused_when_the_app_is_put_together() =>
        Assert.Contains("Renamed.Region", Assert.Throws<InvalidOperationException>(() => Announced<Renamed>()).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_plugin_that_does_not_say_what_its_targets_are_like_announces_nothing_of_them()
    {
        await using var plugin = PluginHarness.Start("Test", static definition => definition.WithRateLimit(1));

        Assert.Null(plugin.Definition.TargetConfig);
        Assert.Null(plugin.Definition.Announce(plugin.Operator, "q", default, default).TargetConfig);
    }

    [Fact]
    public async Task What_is_announced_comes_back_from_the_bus_as_it_was()
    {
        await using var plugin = PluginHarness.Start("Test", static definition => definition.WithTargets<Account>());
        var text = JsonSerializer.Serialize(plugin.Definition.Announce(plugin.Operator, "q", default, default), BusJson.Default.PluginAnnouncement);

        var read = JsonSerializer.Deserialize(text, BusJson.Default.PluginAnnouncement)!;
        Assert.Equal(Announced<Account>().Fields, read.TargetConfig!.Fields);
        Assert.Equal(Announced<Account>().Hints, read.TargetConfig.Hints);
        Assert.Equal(text, JsonSerializer.Serialize(read, BusJson.Default.PluginAnnouncement));
    }

    private static AnnouncedConfig Announced<T>()
        where T : class
    {
        var definition = new PluginDefinition(new ServiceCollection(), new ConfigurationBuilder().Build(), new PluginManifest { Name = "test", Namespace = "Test", Version = "1.0.0" });
        return definition.WithTargets<T>().TargetConfig!;
    }

    [Description("Whose things these are.")]
    public sealed record Account
    {
        [RequiredOnCreate, Description("Where.")]
        public required string Region { get; init; }

        [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
        public int? Port { get; init; }

        public Size? Size { get; init; }

        [Opaque]
        public string? Key { get; init; }

        public Login? Login { get; init; }

        public bool Isolated { get; init; }

        public string Address => $"{Region}:{Port}";
    }

    public enum Size
    {
        Small,
        Large,
    }

    public sealed record Login
    {
        public string? User { get; init; }

        [Opaque]
        public string? Password { get; init; }
    }

    public sealed record Open
    {
        public string? Region { get; init; }

        [JsonExtensionData]
        public IDictionary<string, JsonElement>? More { get; init; }
    }

    public sealed record Renamed
    {
        [JsonPropertyName("region")]
        public string? Region { get; init; }
    }
}
