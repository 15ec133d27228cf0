using System.Text.Json;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Tests.Events;

/// <summary>What a plugin may ask for.</summary>
public sealed class EventTypesTests
{
    [Fact]
    public void A_wish_is_a_type_all_of_a_kind_or_all()
    {
        Assert.Equal(["command.finished", "drift.changed", "drift.deleted"], EventTypes.Expand(["drift.*", "command.finished", "drift.changed"]));
        Assert.Equal(EventTypes.Known, EventTypes.Expand(["*"]));
        Assert.Empty(EventTypes.Expand([]));
    }

    [Theory]
    [InlineData("drift")]
    [InlineData("drift.moved")]
    [InlineData("Drift.*")]
    [InlineData("*.changed")]
    [InlineData("")]
    public void A_wish_that_means_nothing_is_refused_with_its_place(string wish) =>
        Assert.StartsWith($"'events[1]' is '{wish}', which is no event", Assert.Throws<FormatException>(() => EventTypes.Expand(["drift.*", wish])).Message, StringComparison.Ordinal);

    [Fact]
    public void Each_type_is_the_name_of_a_rule_and_of_a_kind() =>
        Assert.All(EventTypes.Known, type => Assert.Matches("^[a-z]+[.][a-z]+$", type));

    [Fact]
    public void A_manifest_is_refused_for_an_event_that_there_is_not()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["plugin.json"], """{ "name": "ear", "namespace": "Ear", "version": "1.0.0", "events": ["resource.moved"] }""");
        Assert.Contains("'events[0]' is 'resource.moved'", Assert.Throws<InvalidDataException>(() => PluginManifest.Load(scratch["plugin.json"])).Message, StringComparison.Ordinal);

        File.WriteAllText(scratch["plugin.json"], """{ "name": "ear", "namespace": "Ear", "version": "1.0.0", "events": null }""");
        Assert.Empty(PluginManifest.Load(scratch["plugin.json"]).Events);
    }

    [Fact]
    public void An_event_of_a_newer_control_plane_is_read()
    {
        var read = JsonSerializer.Deserialize(
            """{"specversion":"1.0","id":"1","source":"/formae","type":"resource.moved","subject":"k","time":"2026-01-01T00:00:00Z","more":1,"data":{"commandId":"c","state":"Success","more":{}}}""",
            EventJson.Default.ControlPlaneEvent)!;
        Assert.Equal(("resource.moved", "c"), (read.Type, read.Data.CommandId));
    }
}
