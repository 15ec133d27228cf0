using System.Text.Json;
using Formae.Coordination.Catalog;
using Formae.Coordination.Intake;
using Formae.Coordination.Tests.Acceptance;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Messaging;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Messages;

/// <summary>What no message holds travels nevertheless, in both directions, and leaves nothing behind.</summary>
public sealed class LargeMessageTests : IAsyncLifetime
{
    private const int Limit = 4_000_000;

    private readonly BusTap _tap = new();
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Bus = _tap.TakeAsync, LargestReport = Limit });

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Theory]
    [InlineData(250_000)]
    [InlineData(1_000_000)]
    [InlineData(2_000_000)]
    public async Task A_large_property_travels_there_and_back_by_claims(int length)
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document(new string('a', length))));
        ControlPlane.Succeeded(await _plane.RunAsync(Document(new string('b', length))));

        var stored = Assert.Single(await _plane.InventoryAsync());
        Assert.Equal(new string('b', length), stored.Properties!.Value.GetProperty("Value").GetString());
        Assert.All(_tap.Passed, passed => Assert.InRange(passed.Message.Body.ToMemory().Length, 1, 200_000));
        Assert.All(_plane.Calls, call => Assert.Equal(TestDocument.Type, call.ResourceType));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_report_of_two_megabytes_about_a_change_outside_is_stored()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document("small")));
        var nativeId = Assert.Single(await _plane.InventoryAsync()).NativeId!;
        var value = new string('c', 2_000_000);
        Outside.Change(_plane, nativeId, "small", value);

        Assert.Equal(1, (await _plane.SynchronizeAsync()).Changed);

        Assert.Equal(value, Assert.Single(await _plane.InventoryAsync()).Properties!.Value.GetProperty("Value").GetString());
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_report_above_the_limit_is_a_failure_that_says_so_and_its_object_is_recorded()
    {
        var large = Document(new string('d', Limit + 1));

        Assert.Contains("FormaeLargestReportBytes", await FailsAsync(large), StringComparison.Ordinal);

        var kept = Assert.Single(await _plane.InventoryAsync());
        Assert.True(Outside.Has(_plane, kept.NativeId));
        Assert.Equal((true, Limit + 1), (kept.Managed, kept.Properties!.Value.GetProperty("Value").GetString()!.Length));

        // Applied again it makes no second one, changed it is changed, and it can be destroyed.
        Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(large));
        var larger = Document(new string('e', Limit + 2));
        Assert.Contains("FormaeLargestReportBytes", await FailsAsync(larger), StringComparison.Ordinal);
        Assert.Equal(Limit + 2, Assert.Single(await _plane.InventoryAsync()).Properties!.Value.GetProperty("Value").GetString()!.Length);
        Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(larger));
        ControlPlane.Succeeded(await _plane.RunAsync(larger, CommandKind.Destroy));
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
        Assert.False(Outside.Has(_plane, kept.NativeId));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Where_a_plugin_has_no_place_for_a_large_report_for_long_the_object_is_recorded_and_made_once()
    {
        await using var plane = await ControlPlane.StartAsync(new Seams { ReportTime = new QuickTime(100) });
        BlockPayloads(plane);

        var command = await plane.RunAsync(Document(new string('f', 150_000)));

        Assert.Equal(States.Failed, Assert.Single(command.ResourceUpdates!).State);
        Assert.True(Outside.Has(plane, Assert.Single(await plane.InventoryAsync()).NativeId));
        Assert.Equal((1, 0), (plane.CallsOf(OperationVerb.Create), plane.CountsOf(ControlPlane.RequestQueue).DeadLetter));
    }

    [Fact]
    public async Task A_moment_in_which_a_plugin_has_no_place_for_a_large_report_goes_by_unseen()
    {
        var blocked = BlockPayloads(_plane);
        var id = await _plane.BeginAsync(Document(new string('g', 150_000)));
        await Trial.UntilAsync(() => _plane.CallsOf(OperationVerb.Create) == 1);

        File.Delete(blocked);

        ControlPlane.Succeeded(await _plane.EndOfAsync(id));
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    /// <summary>Something is where the folder of the payloads of messages should be.</summary>
    private static string BlockPayloads(ControlPlane plane)
    {
        var folder = Path.Combine(plane.PayloadFolder, "messages");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(plane.PayloadFolder);
        File.WriteAllText(folder, "in the way");
        return folder;
    }

    private async Task<string> FailsAsync(string document)
    {
        var update = Assert.Single((await _plane.RunAsync(document)).ResourceUpdates!);
        Assert.Equal(States.Failed, update.State);
        return update.ErrorMessage!;
    }

    [Fact]
    public async Task A_value_that_others_refer_to_may_be_large_and_no_entity_remembers_it()
    {
        var large = new string('e', 1_000_000);
        ControlPlane.Succeeded(await _plane.RunAsync(TestDocument.Of("app", ("producer", large))));

        // Made by an earlier command, so it is read for the consumers.
        var consumers = Enumerable.Range(0, 3).Select(number => ($"consumer{number}", (object?)TestDocument.ValueOf("app", "producer")));
        ControlPlane.Succeeded(await _plane.RunAsync(TestDocument.Of("other", consumers)));

        var inventory = await _plane.InventoryAsync();
        Assert.Equal(4, inventory.Count);
        Assert.All(
            inventory.Where(resource => resource.Stack == "other"),
            resource => Assert.Equal(large, resource.Properties!.Value.GetProperty("Value").GetProperty("$value").GetString()));
        Assert.Single(_plane.Sent, request => request.Verb == OperationVerb.Read);
        Assert.DoesNotContain(_plane.Unread, _ => true);
    }

    [Fact]
    public async Task A12_an_announcement_of_600_types_and_5_megabytes_arrives_and_outlives_a_restart()
    {
        var announcement = Large(600, 5_000_000);
        await AnnounceAsync(announcement);
        Assert.InRange(_tap.Of(BusContract.AnnouncementQueue)[0].Body.ToMemory().Length, 1, 1000);
        var catalog = _plane.Get<PluginCatalog>();
        Assert.Equal(600, catalog.Find("Large")!.Announcement.ResourceTypes.Count);
        Assert.Equal(0, _plane.CountsOf(BusContract.AnnouncementQueue).DeadLetter);
        Assert.True(catalog.Find("Large")!.LastBeat >= announcement.StartedAt.AddSeconds(-1), "The time of the message is that of the beat.");

        // The next beat is the same, and leaves nothing more.
        var left = Left().Length;
        await AnnounceAsync(announcement);
        Assert.Equal(left, Left().Length);

        await _plane.RestartAsync();
        await _plane.Get<PluginCatalog>().RefreshAsync(TestContext.Current.CancellationToken);
        var types = _plane.Get<PluginCatalog>().Find("Large")!.Announcement.ResourceTypes;
        Assert.Equal(600, types.Count);
        Assert.All(types, type => Assert.True(type.JsonSchema!.Value.GetProperty("description").GetString()!.Length > 8000));
    }

    private static PluginAnnouncement Large(int types, int bytes) => new()
    {
        Name = "large",
        Namespace = "Large",
        Version = "1.0.0",
        RequestQueue = "formae-requests-large",
        StartedAt = TimeProvider.System.GetUtcNow(),
        ResourceTypes = [.. Enumerable.Range(0, types).Select(number => new AnnouncedType
        {
            Type = $"Large::Service::Type{number}",
            Schema = new ResourceSchema { Identifier = "Name", Fields = ["Name"] },
            JsonSchema = JsonSerializer.SerializeToElement(new { type = "object", description = new string('s', bytes / types) }),
        })],
    };

    private async Task AnnounceAsync(PluginAnnouncement announcement)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(announcement, BusJson.Default.PluginAnnouncement);
        var outgoing = new OutgoingMessage { Queue = BusContract.AnnouncementQueue, Subject = BusContract.AnnouncementSubject, Body = body };
        await BusTap.SendAsync(_plane, BusContract.AnnouncementQueue, await _plane.OfPlugin<MessageWriter>().WriteAsync(outgoing, TestContext.Current.CancellationToken));
        await BusTap.EmptyAsync(_plane, BusContract.AnnouncementQueue);
    }

    /// <summary>The entities forget a report after they have stored it, in a turn of their own.</summary>
    private async Task NothingIsLeftAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Left().Length > 0)
        {
            Assert.False(patience.IsCancellationRequested, $"Left behind: {string.Join(", ", Left())}");
            await Task.Yield();
        }
    }

    private string[] Left() => Directory.Exists(Path.Combine(_plane.PayloadFolder, "messages")) ? Directory.GetFiles(Path.Combine(_plane.PayloadFolder, "messages")) : [];

    private static string Document(string value) => TestDocument.Of("app", ("one", value));
}
