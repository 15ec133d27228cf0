using System.Text;
using Azure.Data.Tables;
using Formae.Coordination.Bus;
using Formae.Coordination.Commands;
using Formae.Coordination.Publishing;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Acceptance;
using Formae.Coordination.Tests.Cluster;
using Formae.Coordinator.Timers;
using Formae.Engine.Planning;
using Formae.Messaging;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Formae.Sdk.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Coordination.Tests.Publishing;

/// <summary>The whole control plane tells what happens to whoever has subscribed.</summary>
public sealed class EventTests : IAsyncLifetime
{
    private const string Planted = "no-event-knows-this-4417";

    private static readonly (string, string) Topic = ("FORMAE_EVENTS_TOPIC", BusContract.EventTopic);

    private ControlPlane _plane = null!;
    private Subscriber _subscriber = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync(Topic, ("Formae:Operations:MaxRetries", "0"));
        _subscriber = new Subscriber(_plane);
    }

    public async ValueTask DisposeAsync()
    {
        await _subscriber.DisposeAsync();
        await _plane.DisposeAsync();
    }

    [Fact]
    public async Task Each_end_is_told_once_and_the_end_of_the_command_last()
    {
        var created = await _plane.RunAsync(Document("first"));
        Assert.Equal(
            ["command.finished", "resource.created good", "resource.created other", "resource.created secret"],
            Told(await _subscriber.HearOfAsync(created.CommandId)));

        // A change in place, one that makes it anew, and one that takes it away.
        var changed = await _plane.RunAsync(Document("second").Replace("BucketName: good", "BucketName: better", StringComparison.Ordinal).Replace("  - { Label: other", "  #", StringComparison.Ordinal));
        ControlPlane.Succeeded(changed);
        Assert.Equal(
            ["command.finished", "resource.deleted good", "resource.deleted other", "resource.replaced good", "resource.updated secret"],
            Told(await _subscriber.HearOfAsync(changed.CommandId)));

        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Delete, ResourceType = "FakeAWS::S3::Bucket", Code = "AccessDenied", Count = 1 });
        var failed = await _plane.RunAsync(Document("second").Replace("BucketName: good", "BucketName: better", StringComparison.Ordinal), CommandKind.Destroy);
        var told = await _subscriber.HearOfAsync(failed.CommandId);
        Assert.Equal(["command.finished", "resource.deleted secret", "resource.failed good"], Told(told));

        var bucket = told.Single(one => one.Type == EventTypes.ResourceFailed);
        var update = failed.ResourceUpdates!.Single(one => one.ResourceLabel == "good");
        Assert.Equal(
            (update.ResourceId, update.ResourceId, "FakeAWS::S3::Bucket", "s", "eu", "delete", "Failed", "AccessDenied", "destroy", "user", "test"),
            (bucket.Subject, bucket.Data.Ksuid, bucket.Data.Type, bucket.Data.Stack, bucket.Data.Target, bucket.Data.Operation, bucket.Data.State, bucket.Data.ErrorCode, bucket.Data.Command, bucket.Data.CommandSource, bucket.Data.ClientId));
        Assert.Equal(Assert.Single(await _plane.InventoryAsync()).NativeId, bucket.Data.NativeId);
        Assert.Equal(("Failed", 1, 1), (told[^1].Data.State, told[^1].Data.Updates![States.Failed], told[^1].Data.Updates![States.Success]));
        await _subscriber.HasHeardEverythingAsync();

        // What a plugin hears may go anywhere.
        Assert.Equal(_subscriber.Messages.Count, _subscriber.Messages.Select(message => message.MessageId).Distinct().Count());
        Assert.All(_subscriber.Messages, message => Assert.DoesNotContain(Planted, Encoding.UTF8.GetString(message.Body) + string.Join(' ', message.ApplicationProperties.Values), StringComparison.Ordinal));
        Assert.DoesNotContain(Planted, await _plane.StoredTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_canceled_is_told_by_the_end_of_the_command_only()
    {
        _plane.Cloud.CloseGate();
        var begun = Assert.IsType<Formae.Coordination.Intake.IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document("x")));
        await ControlPlane.UntilAsync("the first call", () => Task.FromResult(!_plane.Sent.IsEmpty));
        await _plane.CancelAsync(force: true);
        _plane.Cloud.OpenGate();
        var canceled = await _plane.EndOfAsync(begun.Response.CommandId);

        Assert.Equal(States.Canceled, canceled.State);
        var over = Assert.Single(await _subscriber.HearOfAsync(canceled.CommandId));
        Assert.Equal((EventTypes.CommandFinished, States.Canceled), (over.Type, over.Data.State));
    }

    [Fact]
    public async Task What_others_have_done_is_told_when_a_synchronisation_sees_it_and_not_again()
    {
        var command = await _plane.RunAsync(Document("first"));
        await _subscriber.HearOfAsync(command.CommandId);
        var (good, other) = (await NativeIdOfAsync("good"), await NativeIdOfAsync("other"));
        Outside.Change(_plane, good, "PublicRead", "Private");
        Outside.Delete(_plane, other);

        var seen = await _plane.SynchronizeAsync();
        var told = await _subscriber.HearAsync(heard => heard.Count == 2);
        Assert.Equal((1, 1), (seen.Changed, seen.Gone));
        Assert.Equal(["drift.changed good", "drift.deleted other"], Told(told));
        Assert.All(told, one => Assert.Equal((seen.CommandId, "sync", "Success", "eu"), (one.Data.CommandId, one.Data.CommandSource, one.Data.State, one.Data.Target)));
        Assert.Equal([good, other], told.OrderBy(one => one.Data.Label, StringComparer.Ordinal).Select(one => one.Data.NativeId));

        // The next one sees nothing new; the command behind it is what is heard next.
        await _plane.SynchronizeAsync();
        var after = await _plane.RunAsync(Document("second"), mode: ApplyMode.Patch);
        Assert.DoesNotContain(await _subscriber.HearOfAsync(after.CommandId), one => one.Type.StartsWith("drift", StringComparison.Ordinal));
        await _subscriber.HasHeardEverythingAsync();
    }

    [Fact]
    public async Task What_a_crash_kept_out_of_the_journal_is_told_by_the_rows()
    {
        await using var silent = await ControlPlane.StartAsync();
        var command = await silent.RunAsync(Document("first"));
        var progress = silent.Get<FormaeTables>().Progress;
        var lost = 0;
        await foreach (var row in progress.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {command.CommandId}"), cancellationToken: TestContext.Current.CancellationToken))
        {
            await progress.DeleteEntityAsync(row.PartitionKey, row.RowKey, cancellationToken: TestContext.Current.CancellationToken);
            lost++;
        }

        Assert.NotEqual(0, lost);
        await using var topic = new EventTopic(BusContract.EventTopic, silent.Bus, silent.Get<MessageWriter>());
        var publication = new EventPublication(silent.Get<CommandStore>(), silent.Get<UpdateStore>(), silent.Get<ProgressJournal>(), topic);
        await publication.TellAsync(command.CommandId, new Publication { HasEnded = true }, TestContext.Current.CancellationToken);

        await using var subscriber = new Subscriber(silent);
        Assert.Equal(["command.finished", "resource.created good", "resource.created other", "resource.created secret"], Told(await subscriber.HearOfAsync(command.CommandId)));
    }

    [Fact]
    public async Task A_long_journal_is_told_step_by_step_and_what_it_says_twice_once()
    {
        await using var silent = await ControlPlane.StartAsync();
        var command = await silent.RunAsync(Document("first"));
        var (journal, all) = (silent.Get<ProgressJournal>(), await silent.Get<UpdateStore>().SummariesAsync(command.CommandId, CancellationToken.None));
        for (var i = 0; i < 20; i++)
            await journal.AppendAsync(command.CommandId, [.. all.Select(update => new ProgressChange { Row = update.Row, Progress = new UpdateProgress { State = update.State } })], CancellationToken.None);

        await using var topic = new EventTopic(BusContract.EventTopic, silent.Bus, silent.Get<MessageWriter>());
        var publication = new EventPublication(silent.Get<CommandStore>(), silent.Get<UpdateStore>(), journal, topic);
        var at = new Publication { HasEnded = true };
        var steps = 0;
        for (var hasMore = true; hasMore; steps++)
        {
            (var told, hasMore) = await publication.TellAsync(command.CommandId, at, TestContext.Current.CancellationToken);
            Assert.True(told >= at.Told);
            at = at.Advanced(told, hasMore);
        }

        Assert.True(at.IsOver);
        Assert.InRange(steps, 3, 10);
        await using var subscriber = new Subscriber(silent);
        Assert.Equal(["command.finished", "resource.created good", "resource.created other", "resource.created secret"], Told(await subscriber.HearOfAsync(command.CommandId)));
        await subscriber.HasHeardEverythingAsync();
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_is_sent_and_nothing_remembered()
    {
        await using var silent = await ControlPlane.StartAsync();
        var command = await silent.RunAsync(Document("first"));
        Outside.Delete(silent, (await silent.InventoryAsync()).Single(one => one.Label == "good").NativeId);
        var seen = await silent.SynchronizeAsync();

        Assert.Equal(1, seen.Gone);
        foreach (var id in (string[])[command.CommandId, seen.CommandId])
            Assert.Null(await silent.Client.Entities.GetEntityAsync(EntityNames.PublicationOf(id), includeState: false, CancellationToken.None));
        Assert.Empty(await silent.Get<ProgressJournal>().ReadAsync(seen.CommandId, 0, CancellationToken.None));
        await using var subscriber = new Subscriber(silent);
        await subscriber.HasHeardEverythingAsync();
    }

    [Fact]
    public async Task A_day_later_it_is_forgotten_what_was_told()
    {
        var command = await _plane.RunAsync(Document("first"));
        await _subscriber.HearOfAsync(command.CommandId);
        Assert.True(await RemembersAsync(command.CommandId));

        await new PurgeTimer(new FakeTimeProvider(DateTimeOffset.UtcNow + TimeSpan.FromDays(2)), NullLogger<PurgeTimer>.Instance).Run(null!, _plane.Client, CancellationToken.None);
        await ControlPlane.UntilAsync("the entity has forgotten", async () => !await RemembersAsync(command.CommandId));
        await _subscriber.HasHeardEverythingAsync();
    }

    private static string Document(string secret) => $$"""
        Stacks: [{ Label: s }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: good, Type: "FakeAWS::S3::Bucket", Stack: s, Target: eu, Properties: { BucketName: good, Acl: PublicRead } }
          - { Label: other, Type: "FakeAWS::S3::Bucket", Stack: s, Target: eu, Properties: { BucketName: other } }
          - { Label: secret, Type: "FakeAWS::SecretsManager::Secret", Stack: s, Target: eu, Properties: { Name: db, SecretString: {{Planted}}-{{secret}} } }
        """;

    private static IEnumerable<string> Told(IEnumerable<ControlPlaneEvent> events) => events.Select(one => $"{one.Type} {one.Data.Label}".TrimEnd()).Order(StringComparer.Ordinal);

    private async Task<string?> NativeIdOfAsync(string label) => (await _plane.InventoryAsync()).Single(one => one.Label == label).NativeId;

    private async Task<bool> RemembersAsync(string commandId) =>
        await _plane.Client.Entities.GetEntityAsync(EntityNames.PublicationOf(commandId), includeState: false, CancellationToken.None) is not null;
}
