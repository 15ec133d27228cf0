using System.Text.Json;
using Formae.Coordination.Catalog;
using Formae.Coordination.Intake;
using Formae.Coordination.Queries;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Work for a plugin that is not there, or is not to be worked with.</summary>
public sealed class MissingPluginTests : IAsyncDisposable
{
    private ControlPlane _plane = null!;

    public async ValueTask DisposeAsync()
    {
        if (_plane is not null)
            await _plane.DisposeAsync();
    }

    [Fact]
    public async Task F094_operations_wait_for_their_plugin_say_so_and_start_when_it_announces_itself()
    {
        await StartAsync(isAnnounced: false);
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document()));
        await ControlPlane.UntilAsync("the update says what it waits for", async () =>
            (await UpdateAsync(accepted, "one")) is { State: States.NotStarted, StateMessage: { } said } && said.Contains("the namespace 'FakeAWS'", StringComparison.Ordinal));
        Assert.Null((await UpdateAsync(accepted, "two")).StateMessage);
        Assert.Empty(_plane.Sent);

        await _plane.AnnounceAsync();

        ControlPlane.Succeeded(await _plane.EndOfAsync(accepted.Response.CommandId));
        Assert.Null((await UpdateAsync(accepted, "one")).StateMessage);
        Assert.Equal(2, (await _plane.InventoryAsync()).Count);
    }

    [Fact]
    public async Task F094_when_patience_is_over_they_fail_and_name_the_plugin()
    {
        await StartAsync(isAnnounced: false, ("Formae:Operations:PluginPatienceSeconds", "1.5"));

        var command = await _plane.RunAsync(Document());

        Assert.Equal(States.Failed, command.State);
        Assert.Equal("PluginNotFound: For 1.5 s no plugin has served the namespace 'FakeAWS': none has announced itself.", Update(command, "one").ErrorMessage);
        Assert.Contains("'one'", Update(command, "two").ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(_plane.Sent);
        await _plane.AnnounceAsync();
        ControlPlane.Succeeded(await _plane.RunAsync(Document()));
    }

    [Fact]
    public async Task F094_a_coordinator_that_restarts_goes_on_waiting()
    {
        await StartAsync(isAnnounced: false);
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document()));
        await ControlPlane.UntilAsync("it waits", async () => (await UpdateAsync(accepted, "one")).StateMessage is not null);

        await _plane.RestartAsync();
        await _plane.AnnounceAsync();

        ControlPlane.Succeeded(await _plane.EndOfAsync(accepted.Response.CommandId));
    }

    [Fact]
    public async Task F098_a_command_that_waits_for_its_plugin_is_canceled_at_once()
    {
        await StartAsync(isAnnounced: false);
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document()));
        await ControlPlane.UntilAsync("it waits", async () => (await UpdateAsync(accepted, "one")).StateMessage is not null);

        (await _plane.CancelAsync()).Accepted();

        var ended = await _plane.EndOfAsync(accepted.Response.CommandId);
        Assert.Equal((States.Canceled, "one:Canceled two:Canceled"), (ended.State, ended.States()));
        Assert.StartsWith("Not started:", ended.Update("one").StateMessage, StringComparison.Ordinal);
        await _plane.AnnounceAsync();
        Assert.Empty(_plane.Sent);
    }

    [Fact]
    public async Task Without_a_schema_nobody_can_tell_what_is_a_secret_so_the_document_is_refused()
    {
        await StartAsync(isAnnounced: false);

        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync("""
            Stacks: [{ Label: s }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources: [{ Label: one, Type: "FakeAWS::Versioned::Parent", Stack: s, Target: eu, Properties: { Name: one } }]
            """));

        Assert.Equal(DiagnosticCodes.UnknownNamespace, Assert.Single(refused.Error.Diagnostics!).Code);
    }

    [Fact]
    public async Task A_plugin_that_is_switched_off_gets_nothing_new_until_it_is_switched_on()
    {
        await StartAsync(isAnnounced: true);
        ControlPlane.Succeeded(await _plane.RunAsync(Document()));
        _plane.Set("Formae:Plugins:fakeaws:Enabled", "false");
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document("changed")));
        await ControlPlane.UntilAsync("it waits", async () => (await UpdateAsync(accepted, "one")).StateMessage?.Contains("fakeaws is switched off", StringComparison.Ordinal) == true);
        Assert.Equal("disabled", (await PluginAsync("fakeaws")).LoadStatus);

        _plane.Set("Formae:Plugins:fakeaws:Enabled", "true");

        ControlPlane.Succeeded(await _plane.EndOfAsync(accepted.Response.CommandId));
        Assert.Equal("active", (await PluginAsync("fakeaws")).LoadStatus);
    }

    [Fact]
    public async Task A_synchronisation_leaves_alone_at_once_what_belongs_to_a_plugin_that_is_switched_off()
    {
        // A page that waited for what was not asked would wait for two minutes and more.
        await StartAsync(isAnnounced: true, ("Formae:Synchronization:PageSize", "1"));
        ControlPlane.Succeeded(await _plane.RunAsync(Document()));
        _plane.Set("Formae:Plugins:fakeaws:Enabled", "false");

        var ended = await _plane.SynchronizeAsync();

        Assert.Equal((2, 2, 2, 0), (ended.Total, ended.Done, ended.Skipped, ended.Failed));
    }

    [Fact]
    public async Task What_was_begun_with_a_plugin_that_is_switched_off_is_carried_on()
    {
        await StartAsync(isAnnounced: true);
        _plane.Cloud.CloseGate();
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document().Replace("Region: eu-1", "Region: eu-1, AsyncCreates: true", StringComparison.Ordinal)));
        await ControlPlane.UntilAsync("the create has begun", () => Task.FromResult(_plane.Sent.Any(request => request.Label == "one")));

        _plane.Set("Formae:Plugins:fakeaws:Enabled", "false");
        _plane.Cloud.OpenGate();

        await ControlPlane.UntilAsync("the create has ended", async () => (await UpdateAsync(accepted, "one")).State == States.Success);
        _plane.Set("Formae:Plugins:fakeaws:Enabled", null);
        ControlPlane.Succeeded(await _plane.EndOfAsync(accepted.Response.CommandId));
    }

    [Theory]
    [InlineData(0, 0, "contract 0", "Update the plugin")]
    [InlineData(2, 3, "contracts 2 to 3", "Update the control plane")]
    public async Task A_plugin_that_speaks_another_contract_is_refused_with_both_versions_named(int min, int max, string theirs, string hint)
    {
        await StartAsync(isAnnounced: false);

        await _plane.AnnounceAsync(announcement => announcement with { MinContract = min, MaxContract = max });

        var plugin = await PluginAsync("FakeAWS");
        Assert.Equal("refused", plugin.LoadStatus);
        Assert.Contains(theirs, plugin.LoadReason, StringComparison.Ordinal);
        Assert.Contains($"speaks contract {BusContract.Version}", plugin.LoadReason, StringComparison.Ordinal);
        Assert.Contains(hint, plugin.LoadReason, StringComparison.Ordinal);
        Assert.Null(_plane.Get<PluginCatalog>().Find("FakeAWS"));
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document()));
        await ControlPlane.UntilAsync("what waits says who is refused", async () => (await UpdateAsync(accepted, "one")).StateMessage?.Contains(theirs, StringComparison.Ordinal) == true);
        await _plane.AnnounceAsync();
        ControlPlane.Succeeded(await _plane.EndOfAsync(accepted.Response.CommandId));
    }

    [Fact]
    public async Task A_refused_plugin_does_not_push_out_the_one_that_serves_its_namespace()
    {
        await StartAsync(isAnnounced: true);

        await _plane.AnnounceAsync(announcement => announcement with { MinContract = 9, MaxContract = 9, Version = "9.0.0" });

        var listed = await _plane.Get<PluginQueries>().ListAsync(null, null, null, _plane.Client, CancellationToken.None);
        Assert.Equal(["active", "refused"], listed.Select(plugin => plugin.LoadStatus!).Order());
        ControlPlane.Succeeded(await _plane.RunAsync(Document()));
    }

    [Fact]
    public async Task A_plugin_whose_newest_and_oldest_contract_include_ours_is_taken()
    {
        await StartAsync(isAnnounced: false);

        await _plane.AnnounceAsync(announcement => announcement with { MinContract = 0, MaxContract = 7 });

        Assert.Equal("active", (await PluginAsync("FakeAWS")).LoadStatus);
    }

    private async Task StartAsync(bool isAnnounced, params (string Name, string Value)[] settings) => _plane = await ControlPlane.StartAsync(new Seams { IsAnnounced = isAnnounced }, settings);

    private async Task<Plugin> PluginAsync(string name) => (await _plane.Get<PluginQueries>().FindAsync(name, _plane.Client, CancellationToken.None))!;

    private async Task<ResourceUpdate> UpdateAsync(IntakeOutcome.Accepted accepted, string label) => Update((await _plane.Get<CommandQueries>().FindAsync(accepted.Response.CommandId, CancellationToken.None))!, label);

    private static ResourceUpdate Update(Command command, string label) => command.ResourceUpdates!.Single(update => update.ResourceLabel == label);

    /// <summary>Two resources that bring their schemas along, of which the second needs the first.</summary>
    private string Document(string value = "first")
    {
        string Schema(string type) => JsonSerializer.Serialize(_plane.Announcement().ResourceTypes.Single(served => served.Type == type).Schema);
        return $$"""
            Stacks: [{ Label: s }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources:
              - { Label: one, Type: "FakeAWS::Versioned::Parent", Stack: s, Target: eu, Schema: {{Schema("FakeAWS::Versioned::Parent")}}, Properties: { Name: one, Value: {{value}} } }
              - Label: two
                Type: "FakeAWS::Versioned::Consumer"
                Stack: s
                Target: eu
                Schema: {{Schema("FakeAWS::Versioned::Consumer")}}
                Properties:
                  Name: two
                  Value: {{value}}
                  ParentRef: { $res: true, $label: one, $type: "FakeAWS::Versioned::Parent", $stack: s, $property: ParentId }
            """;
    }
}
