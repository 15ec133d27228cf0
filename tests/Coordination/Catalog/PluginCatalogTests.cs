using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Storage;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Tests.Catalog;

public class PluginCatalogTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_read_before_the_catalog_was_read_has_its_schema_nevertheless()
    {
        await fixture.Catalog.AnnounceAsync(Plugin("Early", "1.0.0", Now, Now), _cancellation);
        var ksuid = fixture.Ksuids.Next();
        var resource = new Resource { Ksuid = ksuid, Type = "Early::A::B", Label = "a", Stack = "early", Target = "t", Managed = true, Schema = fixture.Catalog.SchemaOf("Early::A::B") };
        await fixture.Resources.PutAsync(resource, null, "create", "c", _cancellation);
        var update = new UpdateRecord
        {
            CommandId = "c",
            Row = UpdateRecord.RowOf(0, 0),
            Plan = new ResourceUpdate { Node = "n", Operation = ResourceOperation.Create, Resource = resource with { Schema = null } },
        };
        await fixture.Updates.AddAsync([update], _cancellation);

        var fresh = await new UpdateStore(fixture.Tables, fixture.Writer, Unread(), fixture.Journal).FindAsync("c", update.Row, _cancellation);
        var stored = await new ResourceStore(fixture.Tables, Unread(), fixture.Ksuids).FindAsync(ksuid, _cancellation);

        Assert.True(fresh!.Plan.Resource.Schema!.Hints["Password"].Opaque);
        Assert.True(stored!.Value.Resource.Schema!.Hints["Password"].Opaque);
    }

    [Fact]
    public async Task A_beat_that_says_nothing_new_keeps_the_schema_objects()
    {
        Assert.True(await fixture.Catalog.AnnounceAsync(Plugin("Beat", "1.0.0", Now, Now), _cancellation));
        var schema = fixture.Catalog.SchemaOf("Beat::A::B");

        Assert.False(await fixture.Catalog.AnnounceAsync(Plugin("Beat", "1.0.0", Now, Now.AddSeconds(30)), _cancellation));

        Assert.Same(schema, fixture.Catalog.SchemaOf("Beat::A::B"));
        Assert.Equal(Now.AddSeconds(30), fixture.Catalog.Find("beat")!.LastBeat);
    }

    [Fact]
    public async Task An_announcement_that_comes_out_of_order_changes_nothing()
    {
        await fixture.Catalog.AnnounceAsync(Plugin("Order", "2.0.0", Now, Now.AddSeconds(30)), _cancellation);

        Assert.False(await fixture.Catalog.AnnounceAsync(Plugin("Order", "1.0.0", Now, Now), _cancellation));

        Assert.Equal("2.0.0", fixture.Catalog.Find("Order")!.Announcement.Version);
    }

    [Fact]
    public async Task Of_two_processes_the_one_that_started_last_is_listened_to_until_it_falls_silent()
    {
        await fixture.Catalog.AnnounceAsync(Plugin("Roll", "1.0.0", Now, Now), _cancellation);
        Assert.True(await fixture.Catalog.AnnounceAsync(Plugin("Roll", "2.0.0", Now.AddSeconds(10), Now.AddSeconds(10)), _cancellation));

        await fixture.Catalog.AnnounceAsync(Plugin("Roll", "1.0.0", Now, Now.AddSeconds(30)), _cancellation);
        Assert.Equal("2.0.0", fixture.Catalog.Find("Roll")!.Announcement.Version);

        await fixture.Catalog.AnnounceAsync(Plugin("Roll", "1.0.0", Now, Now.AddMinutes(10)), _cancellation);
        Assert.Equal("1.0.0", fixture.Catalog.Find("Roll")!.Announcement.Version);
    }

    /// <summary>The catalog of a process that has just started.</summary>
    private PluginCatalog Unread() => new(fixture.Tables, TimeProvider.System);

    private static PluginAnnouncement Plugin(string name, string version, DateTimeOffset startedAt, DateTimeOffset sentAt) => new()
    {
        Name = name,
        Namespace = name,
        Version = version,
        RequestQueue = "q",
        StartedAt = startedAt,
        SentAt = sentAt,
        ResourceTypes =
        [
            new AnnouncedType
            {
                Type = $"{name}::A::B",
                Schema = new ResourceSchema { Identifier = "Id", Fields = ["Name", "Password"], Hints = new Dictionary<string, FieldHint> { ["Password"] = new() { Opaque = true } } },
            },
        ],
    };
}
