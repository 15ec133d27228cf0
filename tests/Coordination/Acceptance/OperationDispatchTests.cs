using System.Text.Json;
using Formae.Coordination.Bus;
using Formae.Coordination.Operations;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Microsoft.Extensions.DependencyInjection;
using static Formae.Coordination.Tests.Acceptance.Trial;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What reaches a plugin, what it refuses, and what becomes of an operation when nothing comes back.</summary>
public sealed class OperationDispatchTests : IAsyncLifetime
{
    private readonly Turnstile _turnstile = new();
    private readonly ForwardClock _clock = new();
    private readonly Witnesses _witnesses = new();
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Bus = _turnstile.PassAsync, Time = _clock, Define = _witnesses.Define }, Quick);

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F117_A6_an_operation_of_a_silent_plugin_fails_after_its_window_and_not_before()
    {
        _turnstile.LoseNext(report: false);
        var id = await _plane.BeginAsync(Bucket());
        await UntilAsync(() => _turnstile.Lost == 1);
        _clock.Forward(TimeSpan.FromSeconds(15));
        await _plane.CheckAsync(id);
        await _plane.RunAsync(Bucket("BucketName: other").Replace("shop", "elsewhere", StringComparison.Ordinal));
        Assert.Equal(States.InProgress, (await _plane.UntilAsync(id, _ => true)).State);

        _clock.Forward(TimeSpan.FromHours(1));
        await _plane.CheckAsync(id);

        var update = (await _plane.EndOfAsync(id)).TheUpdate();
        Assert.Equal(States.Failed, update.State);
        Assert.Contains("gave no answer in time", update.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task F117_an_operation_of_a_plugin_that_is_slow_and_heard_of_goes_on()
    {
        using var queue = _turnstile.HoldAfter(0);
        var id = await _plane.BeginAsync(Bucket());
        await UntilAsync(() => _turnstile.Requests == 1);

        // Long after the window: but the plugin beats, so the message waits in its queue.
        _clock.Forward(TimeSpan.FromMinutes(20));
        await _plane.AnnounceAsync(announcement => announcement with { SentAt = _clock.GetUtcNow() });
        await _plane.CheckAsync(id);
        queue.Dispose();

        ControlPlane.Succeeded(await _plane.EndOfAsync(id));
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task F119_a_plan_that_the_cloud_has_outrun_is_rejected()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket("BucketName: logs, Tags: [{ Key: env, Value: dev }]")));
        var bucket = Assert.Single(await _plane.InventoryAsync());
        Outside.Change(_plane, bucket.NativeId, "dev", "oob");

        var command = await _plane.RunAsync(Bucket("BucketName: logs, Tags: [{ Key: env, Value: prod }]"));

        Assert.Equal((States.Failed, States.Rejected), (command.State, command.TheUpdate().State));
        Assert.Contains("changed outside of this command", command.TheUpdate().ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, _plane.CallsOf(OperationVerb.Update));
        Assert.Contains("oob", Outside.PropertiesOf(_plane, bucket.NativeId).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(bucket.Version, Assert.Single(await _plane.InventoryAsync()).Version);
    }

    [Fact]
    public async Task F120_an_update_of_what_has_vanished_is_tried_again_and_fails()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket("BucketName: logs, Acl: Private")));
        Outside.Delete(_plane, Assert.Single(await _plane.InventoryAsync()).NativeId);

        var update = (await _plane.RunAsync(Bucket("BucketName: logs, Acl: PublicRead"))).TheUpdate();

        Assert.Equal((States.Failed, 4, 3), (update.State, update.CurrentAttempt, update.MaxAttempts));
        Assert.StartsWith("NotFound: ", update.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal((1, 3), (_plane.CallsOf(OperationVerb.Read), _plane.CallsOf(OperationVerb.Update)));
    }

    [Fact]
    public async Task F120_a_delete_of_what_has_vanished_succeeds()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));
        Outside.Delete(_plane, Assert.Single(await _plane.InventoryAsync()).NativeId);

        ControlPlane.Succeeded(await _plane.RunAsync(Bucket(), Formae.Engine.Planning.CommandKind.Destroy));

        Assert.Equal(1, _plane.CallsOf(OperationVerb.Delete));
        Assert.Empty(await _plane.InventoryAsync());
    }

    [Fact]
    public async Task F130_A4_a_request_for_another_namespace_is_refused_by_the_plugin()
    {
        _turnstile.LoseNext(report: false);
        var id = await _plane.BeginAsync(Bucket());
        await UntilAsync(() => _turnstile.Lost == 1);
        var update = Assert.Single(await _plane.Get<UpdateStore>().ListAsync(id, CancellationToken.None));

        // In the place of the request that was lost, one that has come to the wrong queue.
        await SendAsync(new OperationRequest
        {
            OperationId = $"{id}/{update.Row}/create",
            Sequence = 2,
            Verb = OperationVerb.Create,
            Ksuid = update.Plan.Resource.Ksuid!,
            ResourceType = "OtherCloud::S3::Bucket",
            Properties = JsonElement.Parse("""{"BucketName":"logs"}"""),
            ReportTo = BusContract.ReportQueue,
        });

        var ended = (await _plane.EndOfAsync(id)).TheUpdate();
        Assert.Equal((States.Failed, "PluginNotFound: OtherCloud::S3::Bucket is of another namespace; this plugin serves FakeAWS."), (ended.State, ended.ErrorMessage));
        Assert.Empty(_plane.Calls);
    }

    [Fact]
    public async Task F130_the_namespace_is_compared_without_regard_to_case()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket().Replace("\"FakeAWS::S3::Bucket\"", "\"fakeaws::S3::Bucket\"", StringComparison.Ordinal)));

        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task A2_the_same_operation_sent_twice_reaches_the_plugin_once()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));

        await SendAsync(Assert.Single(_plane.Sent));
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket("BucketName: next").Replace("shop", "elsewhere", StringComparison.Ordinal)));

        Assert.Equal(["logs", "next"], _plane.Calls.Select(call => call.Key));
        Assert.Equal(2, _turnstile.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A2_an_operation_that_was_not_acknowledged_comes_again_and_is_done_once(bool reportsToo)
    {
        _turnstile.CrashNext(report: false);
        if (reportsToo)
            _turnstile.CrashNext(report: true);

        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));
        await UntilAsync(() => _turnstile.Requests == 2);
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket("BucketName: logs, Acl: PublicRead")));

        var bucket = Assert.Single(await _plane.InventoryAsync());
        Assert.Equal(("shop", "PublicRead"), (bucket.Stack, bucket.Properties!.Value.GetProperty("Acl").GetString()));
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task A3_a_plugin_sees_plain_values_only()
    {
        static string Document(string secret, string value) => $$$"""
            Stacks: [{ Label: shop }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources:
              - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: shop, Target: eu, Properties: { BucketName: logs } }
              - { Label: vault, Type: "FakeAWS::SecretsManager::Secret", Stack: shop, Target: eu, Properties: { Name: vault, SecretString: {{{secret}}} } }
              - Label: witness
                Type: "FakeAWS::Test::Witness"
                Stack: shop
                Target: eu
                Properties:
                  Name: w
                  Value: "{{{value}}} of ${resource:logs.Arn}"
                  Labels: { bucket: { $res: true, $label: logs, $type: "FakeAWS::S3::Bucket", $stack: shop, $property: DomainName } }
                  Secret: { $res: true, $label: vault, $type: "FakeAWS::SecretsManager::Secret", $stack: shop, $property: SecretString }
            """;

        ControlPlane.Succeeded(await _plane.RunAsync(Document("first-secret", "first")));
        ControlPlane.Succeeded(await _plane.RunAsync(Document("second-secret", "second")));
        ControlPlane.Succeeded(await _plane.RunAsync(Document("second-secret", "third")));

        var heard = string.Join('\n', _witnesses.Heard);
        Assert.All(new[] { "first-secret", "second-secret", "third of arn:fake:s3:::logs", "logs.s3.eu-1.fake", "\"patch\":[" }, said => Assert.Contains(said, heard, StringComparison.Ordinal));
        Assert.All(new[] { "\"$", "${", "$sealed", "$hashed" }, wrapped => Assert.DoesNotContain(wrapped, heard, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A13_a_change_of_the_rules_holds_for_the_next_operation_and_those_of_a_namespace_for_its_plugin()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = "Throttling", Count = 0 });
        Assert.Equal((4, 3), await TriedAsync("one"));

        _plane.Set("Formae:Operations:MaxRetries", "0");
        Assert.Equal((2, 1), await TriedAsync("two"));

        _plane.Set("Formae:Operations:Namespaces:fakeAWS:MaxRetries", "1");
        _plane.Set("Formae:Operations:Namespaces:fakeAWS:CallTimeoutSeconds", "7");
        Assert.Equal((3, 2), await TriedAsync("three"));
        Assert.Equal(TimeSpan.FromSeconds(7), _plane.Sent.Last().Timeout);

        // What is wrong is refused, and what was right goes on.
        _plane.Set("Formae:Operations:Namespaces:fakeAWS:MaxRetries", "-5");
        Assert.Equal((3, 2), await TriedAsync("four"));
        _plane.Set("Formae:Operations:Namespaces:fakeAWS:MaxRetries", "many");
        Assert.Equal((3, 2), await TriedAsync("five"));
    }

    private async Task<(int?, int?)> TriedAsync(string stack)
    {
        var update = (await _plane.RunAsync(Bucket($"BucketName: {stack}").Replace("shop", stack, StringComparison.Ordinal))).TheUpdate();
        Assert.Equal(States.Failed, update.State);
        return (update.CurrentAttempt, update.MaxAttempts);
    }

    private async Task SendAsync(OperationRequest request) =>
        Assert.Null(await _plane.Get<OperationDispatch>().SendAsync("FakeAWS", request, default, DateTimeOffset.UtcNow, CancellationToken.None));
}
