using System.Text.Json;
using Azure.Data.Tables;
using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Messaging.Payloads;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using ResourceUpdate = Formae.Engine.Planning.ResourceUpdate;
using Stack = Formae.Model.Stack;
using StackOperation = Formae.Engine.Planning.StackOperation;
using StackUpdate = Formae.Engine.Planning.StackUpdate;
using TargetOperation = Formae.Engine.Planning.TargetOperation;
using TargetUpdate = Formae.Engine.Planning.TargetUpdate;

namespace Formae.Coordination.Tests.Storage;

/// <summary>What is far larger than a row comes back from every store, within the limits of the tables.</summary>
public class LargeRowTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public static TheoryData<int> Lengths => [10, 440_000, 450_001, 3_000_000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task A_resource_of_any_length_comes_back_live_and_among_its_versions(int length)
    {
        var before = await PutAsync(New("lengths", $"r{length}", length), null, "create");
        var now = await PutAsync(before with { Properties = Long(length + 1) }, before, "update");

        Assert.Equal(LengthOf(now), LengthOf((await fixture.Resources.FindAsync(now.Key, _cancellation))!));
        var versions = await new VersionStore(fixture.Tables, fixture.Catalog).ReadAsync(now.Ksuid!, before: null, 5, _cancellation);
        Assert.Equal([LengthOf(now), LengthOf(before)], versions.Select(version => LengthOf(version.Resource)));
        Assert.Contains((await fixture.Resources.ReadStackAsync("lengths", _cancellation)), resource => LengthOf(resource) == LengthOf(now));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task An_update_of_any_length_comes_back_with_what_it_waits_for(int length)
    {
        var updates = fixture.Updates;
        var command = fixture.Ksuids.Next();
        var waitsFor = Enumerable.Range(0, length / 10).ToArray();
        var plan = new ResourceUpdate { Node = "n", Operation = ResourceOperation.Update, Resource = New("updates", "r", length), Existing = New("updates", "r", length), Patch = Long(length) };

        await updates.AddAsync(
            [new UpdateRecord { CommandId = command, Row = UpdateRecord.RowOf(0, 0), Plan = plan, DependsOn = waitsFor }],
            [new TargetUpdateRecord { CommandId = command, Row = UpdateRecord.RowOf(0, 1), Plan = new TargetUpdate { Node = "t", Operation = TargetOperation.Create, Target = Target("t", length) } }],
            patience: TimeSpan.Zero, _cancellation);
        await updates.RecordAsync(command, [(UpdateRecord.RowOf(0, 0), new UpdateProgress { State = States.Failed, Error = new string('e', 9_000), Message = new string('m', 9_000) })], _cancellation);
        await updates.SettleAsync(command, States.Failed, new string('s', 9_000), DateTimeOffset.UtcNow, _cancellation);

        var (resources, targets) = await updates.ListAllAsync(command, _cancellation);
        var read = Assert.Single(resources);
        Assert.Equal((LengthOf(plan.Resource), LengthOf(plan.Existing), length), (LengthOf(read.Plan.Resource), LengthOf(read.Plan.Existing!), read.Plan.Patch!.Value.GetProperty("Text").GetString()!.Length));
        Assert.Equal(waitsFor, read.DependsOn);
        Assert.Equal(length, Assert.Single(targets).Plan.Target.Config!.Value.GetProperty("Text").GetString()!.Length);
        Assert.Equal(waitsFor, (await updates.ReadGraphAsync(command, 0, _cancellation)).Nodes[0].DependsOn);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task A_command_a_stack_and_a_target_of_any_length_come_back(int length)
    {
        var stack = new Stack { Label = $"s{length}", Description = new string('d', length) };
        var stacks = new StackStore(fixture.Tables, TimeProvider.System);
        await stacks.PutAsync(stack, _cancellation);
        Assert.Equal(length, (await stacks.FindAsync(stack.Label, _cancellation))!.Description!.Length);

        // The row of a stack is merged: what was longer must not shine through.
        await stacks.PutAsync(stack with { Description = new string('s', length / 3) }, _cancellation);
        Assert.Equal(new string('s', length / 3), (await stacks.FindAsync(stack.Label, _cancellation))!.Description);

        var targets = new TargetStore(fixture.Tables);
        Assert.True(await targets.TryPutAsync(Target($"t{length}", length), 0, _cancellation));
        Assert.Equal(length, (await targets.FindAsync($"t{length}", _cancellation))!.Config!.Value.GetProperty("Text").GetString()!.Length);

        var commands = fixture.Commands;
        var command = new CommandRecord
        {
            CommandId = fixture.Ksuids.Next(),
            Kind = "apply",
            Mode = "reconcile",
            State = States.NotStarted,
            StartedAt = DateTimeOffset.UtcNow,
            ModifiedAt = DateTimeOffset.UtcNow,
            Description = new Description { Text = new string('c', length) },
            Stacks = [.. Enumerable.Range(0, length / 100).Select(place => $"stack-{place:D8}")],
            StackUpdates = [new StackUpdate { Operation = StackOperation.Create, Stack = stack }],
        };
        await commands.AddAsync(command, _cancellation);
        await commands.SetOpenedAsync(command.CommandId, DateTimeOffset.UtcNow, _cancellation);
        var read = (await commands.FindAsync(command.CommandId, _cancellation))!;
        Assert.Equal((length, length), (read.Description!.Text!.Length, read.StackUpdates[0].Stack.Description!.Length));
        Assert.Equal(command.Stacks, read.Stacks);
        await foreach (var header in commands.HeadersAsync(DateTimeOffset.UtcNow, condition: null, after: null, _cancellation))
        {
            Assert.Equal(command.Stacks, header.Stacks);
            break;
        }
    }

    [Fact]
    public async Task An_announcement_of_five_megabytes_is_stored_once_and_its_beats_open_nothing()
    {
        var storage = await AgingTables.CreateAsync();
        await using var _ = storage;
        var catalog = new Formae.Coordination.Catalog.PluginCatalog(storage.Tables, TimeProvider.System);
        var types = Enumerable.Range(0, 600).Select(type => new AnnouncedType
        {
            Type = $"Big::Cloud::Type{type}",
            Schema = new ResourceSchema { Identifier = "Id", Fields = [.. Enumerable.Range(0, 300).Select(field => $"AFieldWithQuiteALongName{field:D4}")] },
        }).ToList();
        var announcement = new PluginAnnouncement { Name = "big", Namespace = "Big", Version = "1.0.0", RequestQueue = "q", ResourceTypes = types, SentAt = DateTimeOffset.UtcNow };

        Assert.True(await catalog.AnnounceAsync(announcement, _cancellation));
        File.Delete(Assert.Single(Directory.GetFiles(Path.Combine(storage.PayloadFolder, PayloadStore.Rows))));
        Assert.False(await catalog.AnnounceAsync(announcement with { SentAt = announcement.SentAt.AddSeconds(30) }, _cancellation));

        Assert.Equal(600, catalog.Schemas.Count);
    }

    [Fact]
    public async Task A_list_of_names_opens_no_payload()
    {
        var resource = await PutAsync(New("names", "large", 2_000_000), null, "create");
        await PutAsync(New("names", "small", 10), null, "create");
        var closed = new FormaeTables(fixture.Service, new ClosedPayloads());
        var resources = new ResourceStore(closed, fixture.Catalog, fixture.Ksuids);
        var queries = new InventoryQueries(resources, new StackStore(closed, TimeProvider.System), new TargetStore(closed), new PolicyStore(closed), fixture.Catalog);

        Assert.Equal(["large", "small"], (await queries.SummariesAsync(Parse("stack:names"), Page.All, _cancellation)).Items.Select(summary => summary.Label));
        Assert.Equal(["large", "small"], (await queries.SummariesAsync(Parse("target:t stack:names"), Page.All, _cancellation)).Items.Select(summary => summary.Label));
        Assert.Equal(2, (await queries.SelectAsync(Parse("stack:names"), _cancellation)).Resources.Count);
        Assert.Equal("small", Assert.Single((await queries.ResourcesAsync(Parse("stack:names label:small"), _cancellation)).Resources).Label);
        Assert.Equal("large", (await resources.FindNamesAsync(resource.Ksuid!, _cancellation))!.Label);
        await Assert.ThrowsAsync<PayloadException>(() => resources.FindAsync(resource.Key, _cancellation));
    }

    private static Query Parse(string text) => Query.TryParse(text, InventoryQueries.ResourceFields, out var query, out var problem) ? query : throw new ArgumentException(problem?.ToString());

    private async Task<Resource> PutAsync(Resource resource, Resource? existing, string operation)
    {
        await fixture.Resources.PutAsync(resource, existing, operation, fixture.Ksuids.Next(), _cancellation);
        return (await fixture.Resources.FindAsync(resource.Key, _cancellation))!;
    }

    private Resource New(string stack, string label, int length) =>
        new() { Ksuid = fixture.Ksuids.Next(), Type = "A::B::C", Label = label, Stack = stack, Target = "t", Managed = true, Properties = Long(length) };

    private static Target Target(string label, int length) => new() { Label = label, Namespace = "A", Config = Long(length) };

    private static int LengthOf(Resource resource) => resource.Properties!.Value.GetProperty("Text").GetString()!.Length;

    /// <summary>Text that is longest where it is escaped.</summary>
    private static JsonElement Long(int length) => JsonSerializer.SerializeToElement(new { Text = string.Concat(Enumerable.Repeat("\"ä ", (length / 3) + 1))[..length] });

    /// <summary>Nobody may open anything here.</summary>
    private sealed class ClosedPayloads : PayloadStore
    {
        public override Task DeleteAsync(string name, CancellationToken cancellation) => throw new PayloadException("closed");

        public override Task<bool> DeleteIfOlderAsync(string name, DateTimeOffset before, CancellationToken cancellation) => throw new PayloadException("closed");

        public override Task<int> DeleteOlderAsync(string area, DateTimeOffset before, CancellationToken cancellation) => throw new PayloadException("closed");

        protected override Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation) => throw new PayloadException("closed");

        protected override Task<BinaryData?> ReadAsync(string name, CancellationToken cancellation) => throw new PayloadException("closed");
    }
}
