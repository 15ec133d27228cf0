using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Formae.Coordination.Catalog;
using Formae.Coordination.Intake;
using Formae.Coordination.Secrets;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Messaging.Payloads;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Formae.Protocol.Secrets;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Rows that hold a secret in the open, written before anybody knew that it is one.</summary>
public sealed class SecretBackfillTests : IAsyncLifetime
{
    private const string Planted = "planted-by-an-older-version";
    private const string Type = "OLD::Store::Vault";

    private static readonly string Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Planted)));

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private ControlPlane _plane = null!;

    private FormaeTables Tables => _plane.Get<FormaeTables>();

    private SecretBackfill Backfill => _plane.Get<SecretBackfill>();

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F025_rows_of_an_older_version_are_hashed_page_by_page_and_each_once()
    {
        await AnnounceAsync(new FieldHint());
        const int Versions = SecretBackfill.PageSize + 20;
        var resource = await PutAsync("first", Versions);
        Assert.True(await Backfill.RunAsync(_cancellation));
        Assert.Contains(Planted, await TextOfAsync(Tables.Versions), StringComparison.Ordinal);

        // The plugin's next version says what is a secret.
        await AnnounceAsync(new FieldHint { Opaque = true });
        Assert.True(await Backfill.RunAsync(_cancellation));

        foreach (var table in new[] { Tables.Resources, Tables.Versions })
            Assert.DoesNotContain(Planted, await TextOfAsync(table), StringComparison.Ordinal);
        var rows = await Tables.Versions.ReadPartitionAsync(resource.Ksuid!, _cancellation);
        Assert.Equal(Versions, rows.Count);
        Assert.All(rows, row => Assert.Equal(Digest, JsonElement.Parse(RowText.Read(row, "Document")!).GetProperty("Properties").GetProperty("Key").GetProperty("$value").GetString()));
        var etags = rows.Select(row => row.ETag).ToList();
        Assert.True(await Another().RunAsync(_cancellation));
        Assert.Equal(etags, (await Tables.Versions.ReadPartitionAsync(resource.Ksuid!, _cancellation)).Select(row => row.ETag));
    }

    [Fact]
    public async Task F025_a_pass_that_was_broken_off_goes_on_where_it_stopped()
    {
        await AnnounceAsync(new FieldHint { Opaque = true });
        await PutAsync("first", SecretBackfill.PageSize + 1);
        var progress = BackfillProgress.None.Begin(BackfillProgress.SecretsOf(_plane.Get<PluginCatalog>().Schemas));

        // It had been through everything but the last row of the versions.
        var page = await FirstPageAsync(Tables.Versions);
        await (progress with { Step = 1, Continuation = page.ContinuationToken! }).WriteAsync(Tables, _cancellation);
        Assert.True(await Backfill.RunAsync(_cancellation));

        var closed = (await Tables.Versions.ReadAsync(null, _cancellation)).Count(row => !RowText.Read(row, "Document")!.Contains(Planted, StringComparison.Ordinal));
        Assert.Equal(1, closed);
    }

    [Fact]
    public async Task F025_updates_commands_and_targets_are_closed_and_what_is_still_needed_can_be_opened()
    {
        await AnnounceAsync(new FieldHint { Opaque = true });
        await PutPlanAsync("done", States.Success);
        await PutPlanAsync("open", States.InProgress);
        await PutCommandAsync(States.Success);
        var target = new TableEntity("target", "old") { ["Label"] = "old", ["Version"] = 1 };
        RowText.Write(target, "Document", $$$"""{"Label":"old","Namespace":"OLD","Config":{"Region":"r","Login":[{"Token":{"$value":"{{{Planted}}}","$visibility":"Opaque"}}]}}""");
        await Tables.Targets.AddEntityAsync(target, _cancellation);

        Assert.True(await Backfill.RunAsync(_cancellation));

        foreach (var table in new[] { Tables.Updates, Tables.Commands, Tables.Targets })
            Assert.DoesNotContain(Planted, await TextOfAsync(table), StringComparison.Ordinal);
        var seal = _plane.Plugin.Seal;
        Assert.Equal(Planted, seal.Open((await _plane.Get<TargetStore>().FindAsync("old", _cancellation))!.Config!.Value.GetProperty("Login")[0].GetProperty("Token")).GetString());
        Assert.Equal(Planted, seal.Open((await PlanAsync("open")).GetProperty("Resource").GetProperty("Properties").GetProperty("Key")).GetString());
        var done = await PlanAsync("done");
        Assert.Equal(Digest, done.GetProperty("Resource").GetProperty("Properties").GetProperty("Key").GetProperty("$value").GetString());
        Assert.Equal(["redacted", "plain", "redacted"], done.GetProperty("Patch").EnumerateArray().Select(operation => operation.GetProperty("value") is { ValueKind: JsonValueKind.Object } withheld ? withheld.GetProperty("$opaque").GetString() : operation.GetProperty("value").GetString()));
    }

    [Fact]
    public async Task F025_a_row_that_was_written_meanwhile_is_not_overwritten()
    {
        await AnnounceAsync(new FieldHint { Opaque = true });
        var resource = await PutAsync("first", 1);
        var between = new WriteBetween(_plane.Folder, async () => await _plane.Get<ResourceStore>().PutAsync(resource with { Group = "newer" }, resource, "update", "newer", _cancellation));
        var tables = new FormaeTables(new TableServiceClient(between), _plane.Get<PayloadStore>());

        Assert.True(await new SecretBackfill(tables, _plane.Get<PluginCatalog>(), _plane.Get<SecretSeal>(), NullLogger<SecretBackfill>.Instance).RunAsync(_cancellation));

        Assert.True(between.Happened);
        var (now, command) = (await _plane.Get<ResourceStore>().FindAsync(resource.Ksuid!, _cancellation))!.Value;
        Assert.Equal(("newer", "newer"), (now.Group, command));
        Assert.DoesNotContain(Planted, await TextOfAsync(Tables.Resources), StringComparison.Ordinal);
    }

    [Fact]
    public async Task F025_nothing_is_shown_in_the_open_before_the_pass_has_come_by()
    {
        await AnnounceAsync(new FieldHint());
        await PutAsync("first", 1);
        await AnnounceAsync(new FieldHint { Opaque = true });

        Assert.DoesNotContain(Planted, JsonSerializer.Serialize(await _plane.InventoryAsync()), StringComparison.Ordinal);
    }

    private SecretBackfill Another() => new(Tables, _plane.Get<PluginCatalog>(), _plane.Get<SecretSeal>(), NullLogger<SecretBackfill>.Instance);

    private Task AnnounceAsync(FieldHint key) => _plane.Get<PluginCatalog>().AnnounceAsync(
        new PluginAnnouncement
        {
            Namespace = "OLD",
            Name = "old",
            Version = key.Opaque ? "2" : "1",
            RequestQueue = "formae-requests-old",
            ResourceTypes = [new AnnouncedType { Type = Type, Schema = new ResourceSchema { Identifier = "Name", Fields = ["Name", "Key", "Items"], Hints = new Dictionary<string, FieldHint> { ["Key"] = key, ["Items.Key"] = key } } }],
            StartedAt = DateTimeOffset.UtcNow,
            SentAt = DateTimeOffset.UtcNow,
        },
        _cancellation);

    private async Task<Resource> PutAsync(string label, int versions)
    {
        var resource = new Resource
        {
            Stack = "old",
            Type = Type,
            Label = label,
            Target = "old",
            Ksuid = _plane.Get<KsuidSource>().Next(),
            NativeId = label,
            Managed = true,
            Properties = JsonElement.Parse($$"""{"Name":"n","Key":"{{Planted}}"}"""),
            ReadOnlyProperties = JsonElement.Parse("""{"Arn":"arn"}"""),
        };
        await _plane.Get<ResourceStore>().PutAsync(resource, null, "create", "c0", _cancellation);
        for (var version = 1; version < versions; version++)
            await _plane.Get<ResourceStore>().PutAsync(resource, resource, "update", $"c{version}", _cancellation);
        return resource;
    }

    private async Task PutPlanAsync(string command, string state)
    {
        var row = new TableEntity(command, "00000-0000000") { ["State"] = state, ["Ksuid"] = "k", ["Label"] = "l", ["Type"] = Type, ["Namespace"] = "OLD" };
        RowText.Write(row, "Plan", $$$$"""
            {"Node":"k/update","Operation":"Update","Resource":{"Label":"l","Type":"{{{{Type}}}}","Properties":{"Name":"n","Key":"{{{{Planted}}}}"}},
             "Existing":{"Label":"l","Type":"{{{{Type}}}}","Properties":{"Key":{"$value":"{{{{Planted}}}}","$visibility":"Opaque"}}},
             "Patch":[{"op":"replace","path":"/Key","value":"{{{{Planted}}}}"},{"op":"add","path":"/Name","value":"plain"},{"op":"add","path":"/Items/3/Key","value":"{{{{Planted}}}}"}]}
            """);
        await Tables.Updates.AddEntityAsync(row, _cancellation);
    }

    private async Task PutCommandAsync(string state)
    {
        var id = _plane.Get<KsuidSource>().Next();
        await _plane.Get<CommandStore>().AddAsync(new CommandRecord
        {
            CommandId = id,
            Kind = "apply",
            Mode = "reconcile",
            State = state,
            StartedAt = DateTimeOffset.UnixEpoch,
            ModifiedAt = DateTimeOffset.UnixEpoch,
            TargetUpdates =
            [
                new Engine.Planning.TargetUpdate
                {
                    Node = "target://old/create",
                    Operation = Engine.Planning.TargetOperation.Create,
                    Target = new Target { Label = "old", Namespace = "OLD", Config = JsonElement.Parse($$$"""{"Token":{"$value":"{{{Planted}}}","$visibility":"Opaque"}}""") },
                },
            ],
        }, _cancellation);
    }

    private async Task<JsonElement> PlanAsync(string command) => JsonElement.Parse(RowText.Read((await Tables.Updates.FindAsync(command, "00000-0000000", _cancellation))!, "Plan")!);

    private async Task<string> TextOfAsync(TableClient table) => string.Join('\n', (await table.ReadAsync(null, _cancellation)).SelectMany(row => row.Select(column => column.Value)).OfType<string>());

    private async Task<Azure.Page<TableEntity>> FirstPageAsync(TableClient table)
    {
        await foreach (var page in table.QueryAsync<TableEntity>(filter: (string?)null, SecretBackfill.PageSize, null, _cancellation).AsPages())
            return page;
        throw new InvalidOperationException("There is no page.");
    }
}
