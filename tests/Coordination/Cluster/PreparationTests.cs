using System.Text.Json;
using Formae.Coordination.Operations;
using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;
using ResourceUpdate = Formae.Engine.Planning.ResourceUpdate;

namespace Formae.Coordination.Tests.Cluster;

/// <summary>What an operation finds in its row before it begins.</summary>
public sealed class PreparationTests : IAsyncLifetime
{
    private const string Type = "FakeAWS::SecretsManager::Secret";
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private ControlPlane _plane = null!;
    private Resource _producer = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync();
        _producer = new Resource { Ksuid = Ksuid(), Type = Type, Label = "producer", Stack = "s", Target = "t", Managed = true, Properties = JsonElement.Parse("""{"Name":"n","SecretString":{"$value":"digest","$visibility":"Opaque","$hashed":true}}""") };
        await _plane.Get<ResourceStore>().PutAsync(_producer, null, "create", "before", _cancellation);
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task A_row_that_is_not_stored_cannot_be_carried_out()
    {
        var preparation = await Execution.PrepareAsync(new BeginOperation { CommandId = "none", Row = UpdateRecord.RowOf(0, 0), Announce = "none-0" }, _cancellation);

        Assert.Contains("is not stored", preparation.Unusable, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_that_has_ended_is_not_begun_again()
    {
        Assert.False((await PrepareAsync(Consumer("Name"), States.InProgress)).IsOver);
        Assert.True((await PrepareAsync(Consumer("Name"), States.Success)).IsOver);
        Assert.True((await PrepareAsync(Consumer("Name"), States.Failed)).IsOver);
    }

    [Fact]
    public async Task A_producer_that_another_command_wrote_is_asked_for_its_values()
    {
        Assert.Equal([_producer.Ksuid!], (await PrepareAsync(Consumer("Name"))).Ask);
    }

    [Fact]
    public async Task A_producer_of_the_same_command_is_asked_for_secrets_only()
    {
        var own = _producer with { Ksuid = Ksuid(), Label = "own" };
        await _plane.Get<ResourceStore>().PutAsync(own, null, "create", "c", _cancellation);

        Assert.Empty((await PrepareAsync(Consumer("Name", own))).Ask);
        Assert.Equal([own.Ksuid!], (await PrepareAsync(Consumer("SecretString", own))).Ask);
    }

    [Fact]
    public async Task A_producer_that_is_gone_is_named_by_its_label()
    {
        var gone = _producer with { Ksuid = Ksuid(), Label = "gone" };

        var preparation = await PrepareAsync(Consumer("Name", gone));

        Assert.Contains("'gone'", preparation.Unusable, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delete_asks_nobody()
    {
        var preparation = await PrepareAsync(Consumer("Name", _producer with { Ksuid = Ksuid() }) with { Operation = ResourceOperation.Delete });

        Assert.Empty(preparation.Ask);
        Assert.Null(preparation.Unusable);
    }

    [Fact]
    public async Task What_the_config_of_its_target_refers_to_is_asked_for_by_a_delete_too()
    {
        await TargetAsync(_producer.Ksuid!);
        var delete = Consumer("Name") with { Operation = ResourceOperation.Delete };

        Assert.Equal([_producer.Ksuid!], (await PrepareAsync(delete)).Ask);
        Assert.Equal([_producer.Ksuid!], (await PrepareAsync(Consumer("Name"))).Ask);
    }

    [Fact]
    public async Task A_target_that_is_made_from_what_is_gone_is_named_with_it()
    {
        var gone = Ksuid();
        await TargetAsync(gone);

        var preparation = await PrepareAsync(Consumer("Name") with { ReferenceLabels = new Dictionary<string, string> { [gone] = "cluster" } });

        Assert.Equal("The resource 'cluster' that the config of the target 't' refers to does not exist.", preparation.Unusable);
    }

    [Fact]
    public async Task A_resource_on_a_target_that_is_not_there_fails_and_no_plugin_is_called()
    {
        var command = await _plane.RunAsync(new Plan { Resources = [Consumer("Name") with { Resource = _producer with { Ksuid = Ksuid(), Label = "lost", Target = "nowhere", Properties = JsonElement.Parse("""{"Name":"n","SecretString":"s"}""") } }] });

        Assert.Equal("The target 'nowhere' that lost is on does not exist.", Assert.Single(command.ResourceUpdates!).ErrorMessage);
        Assert.Empty(_plane.Sent);
    }

    private Task TargetAsync(string producer) => _plane.Get<TargetStore>().PutAsync(
        new Target { Label = "t", Namespace = "FakeAWS", Config = JsonElement.Parse($$$"""{"Region":{"$ref":"formae://{{{producer}}}#/Name"}}"""), Version = 1 }, _cancellation);

    private OperationExecution Execution => _plane.Get<OperationExecution>();

    private string Ksuid() => _plane.Get<KsuidSource>().Next();

    private ResourceUpdate Consumer(string property, Resource? producer = null)
    {
        var to = producer ?? _producer;
        return new ResourceUpdate
        {
            Node = "n",
            Operation = ResourceOperation.Create,
            Resource = new Resource
            {
                Ksuid = Ksuid(),
                Type = Type,
                Label = "consumer",
                Stack = "s",
                Target = "t",
                Properties = JsonElement.Parse($$$"""{"Name":{"$ref":"formae://{{{to.Ksuid}}}#/{{{property}}}"}}"""),
            },
            ReferenceLabels = new Dictionary<string, string> { [to.Ksuid!] = to.Label },
        };
    }

    private async Task<Preparation> PrepareAsync(ResourceUpdate plan, string state = States.NotStarted)
    {
        var row = UpdateRecord.RowOf(0, 0);
        await _plane.Get<UpdateStore>().AddAsync([new UpdateRecord { CommandId = "c", Row = row, Plan = plan, Progress = new UpdateProgress { State = state } }], _cancellation);
        return await Execution.PrepareAsync(new BeginOperation { CommandId = "c", Row = row, Announce = "c-0" }, _cancellation);
    }
}
