using System.Globalization;
using Formae.Coordination.Bus;
using Formae.Coordination.Tests.Cluster;
using Formae.Coordinator.Entities;
using Formae.Engine.Operations;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using static Formae.Coordination.Tests.Acceptance.Trial;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Values that are read for those who refer to them: once in a command, again where the answer was lost, and with a reason where there is none.</summary>
public sealed class ReferenceReadTests : IAsyncLifetime
{
    private readonly Turnstile _turnstile = new();
    private readonly ForwardClock _clock = new();
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync(new Seams { Bus = _turnstile.PassAsync, Time = _clock }, Quick);
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket("BucketName: logs, Acl: Private")));
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F123_ten_consumers_of_one_producer_cause_one_read()
    {
        var command = await _plane.RunAsync(WithConsumers(10, "Arn"));

        ControlPlane.Succeeded(command);
        Assert.Equal(10, command.ResourceUpdates!.Count);
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Read));
        Assert.All(
            (await _plane.InventoryAsync()).Where(resource => resource.Label != "logs"),
            resource => Assert.Equal("arn:fake:s3:::logs", resource.Properties!.Value.GetProperty("Policy").GetProperty("$value").GetString()));
    }

    [Fact]
    public async Task F124_a_property_that_is_not_there_is_named_with_its_resource()
    {
        var command = await _plane.RunAsync(WithConsumers(2, "Policy"));

        Assert.Equal(States.Failed, command.State);
        Assert.All(command.ResourceUpdates!, update =>
        {
            Assert.Equal(States.Failed, update.State);
            Assert.Contains("'logs'", update.ErrorMessage, StringComparison.Ordinal);
            Assert.Contains("'Policy'", update.ErrorMessage, StringComparison.Ordinal);
        });
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task F124_a_producer_that_is_gone_is_named_with_what_the_plugin_says()
    {
        Outside.Delete(_plane, Assert.Single(await _plane.InventoryAsync()).NativeId);

        var update = (await _plane.RunAsync(WithConsumers(1, "Arn"))).TheUpdate();

        Assert.Equal(States.Failed, update.State);
        Assert.Contains("'logs'", update.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("NotFound", update.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_that_fails_for_a_time_is_read_again()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Read, Code = "Throttling", Count = 3 });

        ControlPlane.Succeeded(await _plane.RunAsync(WithConsumers(2, "Arn")));

        Assert.Equal(4, _plane.CallsOf(OperationVerb.Read));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_read_whose_message_or_report_was_lost_is_read_again(bool report)
    {
        _turnstile.LoseNext(report);
        var id = await _plane.BeginAsync(WithConsumers(1, "Arn"));
        await UntilAsync(() => _turnstile.Lost == 1);

        // Who waits asks once more when its command looks after it; by then the read is overdue.
        _clock.Forward(TimeSpan.FromSeconds(12));
        await _plane.CheckAsync(id);

        ControlPlane.Succeeded(await _plane.EndOfAsync(id));
        Assert.Equal(report ? 2 : 1, _plane.CallsOf(OperationVerb.Read));
    }

    [Fact]
    public async Task What_was_read_and_forgotten_in_a_long_command_is_read_again_at_once()
    {
        // The second consumer waits for the first one, whose create is held: it comes after the read and the first one's message.
        using var creates = _turnstile.HoldAfter(2);
        var id = await _plane.BeginAsync(WithConsumers(1, "Arn") + """

              - { Label: last, Type: "FakeAWS::Generic::Resource", Stack: shop, Target: eu, Properties: { Name: last, OrderedItems: ["${resource:logs.Arn}", "${resource:copy-0.Arn}"] } }
            """);
        await UntilAsync(() => _turnstile.Requests == 3);
        var reference = EntityNames.ReferenceOf(id, (await _plane.InventoryAsync()).Single(resource => resource.Label == "logs").Ksuid!);
        await _plane.Client.Entities.SignalEntityAsync(reference, "delete");
        await UntilAsync(async () => await _plane.Client.Entities.GetEntityAsync(reference, includeState: false, CancellationToken.None) is null);

        // Not so late that the create that is held would be given up: its plugin beats.
        _clock.Forward(TimeSpan.FromMinutes(20));
        await _plane.AnnounceAsync(announcement => announcement with { SentAt = _clock.GetUtcNow() });
        creates.Dispose();

        // The bus would have dropped a message of the same name, and only a later one would have come through.
        ControlPlane.Succeeded(await _plane.EndOfAsync(id));
        int[] reads = [.. _plane.Sent.Where(request => request.Verb == OperationVerb.Read).Select(request => request.Sequence)];
        Assert.Equal(2, reads.Length);
        Assert.True(reads[1] >= reads[0] + 1200, $"The read has come as number {reads[1]} after number {reads[0]}.");
    }

    [Fact]
    public async Task However_much_a_resource_refers_to_its_entity_remembers_little_of_it()
    {
        const int producers = 30;
        var document = Bucket() + string.Concat(Enumerable.Range(0, producers).Select(number => string.Create(
            CultureInfo.InvariantCulture, $"\n  - {{ Label: p{number}, Type: \"FakeAWS::Generic::Resource\", Stack: shop, Target: eu, Properties: {{ Name: p{number}, Value: {new string('x', 15_000)} }} }}")));
        ControlPlane.Succeeded(await _plane.RunAsync(document.Replace("{ BucketName: logs }", "{ BucketName: logs, Acl: Private }", StringComparison.Ordinal)));
        var requests = _turnstile.Requests;
        using var create = _turnstile.HoldAfter(requests + producers);

        var id = await _plane.BeginAsync(document.Replace("{ BucketName: logs }", "{ BucketName: logs, Acl: Private }", StringComparison.Ordinal)
            + $"\n  - {{ Label: reader, Type: \"FakeAWS::Generic::Resource\", Stack: shop, Target: eu, Properties: {{ Name: reader, OrderedItems: [{string.Join(", ", Enumerable.Range(0, producers).Select(number => $"\"${{resource:p{number}.Name}}\""))}] }} }}");
        await UntilAsync(() => _turnstile.Requests == requests + producers + 1);

        // The create is sent before what the entity remembers is stored.
        var entity = EntityNames.ResourceOf((await _plane.UntilAsync(id, _ => true)).TheUpdate().ResourceId);
        ResourceEntityState? state = null;
        await UntilAsync(async () => (state = (await _plane.Client.Entities.GetEntityAsync<ResourceEntityState>(entity, CancellationToken.None))?.State)?.Operation is OperationState.Waiting);
        Assert.Equal(producers, state!.References.Count + state.LargeReferences.Count);
        Assert.InRange(state.References.Values.Sum(value => value.GetRawText().Length), 1, ReportClaims.MostRemembered);
        create.Dispose();
        ControlPlane.Succeeded(await _plane.EndOfAsync(id));
    }

    private static string WithConsumers(int count, string property) => Bucket("BucketName: logs, Acl: Private") + string.Concat(Enumerable.Range(0, count).Select(number => string.Create(
        CultureInfo.InvariantCulture,
        $$"""

          - { Label: copy-{{number}}, Type: "FakeAWS::S3::Bucket", Stack: shop, Target: eu, Properties: { BucketName: copy-{{number}}, Policy: { $res: true, $label: logs, $type: "FakeAWS::S3::Bucket", $stack: shop, $property: {{property}} } } }
        """)));
}
