using System.Runtime.Serialization;
using Azure;
using Azure.Data.Tables;

namespace Formae.Embedded.Tables.Tests;

public abstract partial class TableContract
{
    private static readonly DateTimeOffset Noon = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero).AddTicks(1234567);

    public enum Colour
    {
        Red = 0,
        Green = 7,
    }

    [Fact]
    public async Task Every_type_comes_back_as_it_went_in()
    {
        var id = Guid.NewGuid();
        var sent = new TableEntity("p", "r")
        {
            ["Text"] = "ünïcödé 🙂 \n\0 ''",
            ["Empty"] = "",
            ["Flag"] = true,
            ["NoFlag"] = false,
            ["Small"] = int.MinValue,
            ["Large"] = 5L,
            ["Real"] = 5.0,
            ["Endless"] = double.PositiveInfinity,
            ["Time"] = Noon.ToOffset(TimeSpan.FromHours(2)),
            ["Plain"] = Noon.UtcDateTime,
            ["Id"] = id,
            ["Bytes"] = new byte[] { 0, 255, 1 },
            ["NoBytes"] = Array.Empty<byte>(),
            ["Data"] = BinaryData.FromBytes(new byte[] { 9 }),
            ["Nothing"] = null,
        };
        await Table.AddEntityAsync(sent);
        var got = (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;

        Assert.Equal("ünïcödé 🙂 \n\0 ''", got["Text"]);
        Assert.Equal("", got["Empty"]);
        Assert.Equal(true, got["Flag"]);
        Assert.Equal(false, got["NoFlag"]);
        Assert.Equal(int.MinValue, Assert.IsType<int>(got["Small"]));
        Assert.Equal(5L, Assert.IsType<long>(got["Large"]));
        Assert.Equal(5.0, Assert.IsType<double>(got["Real"]));
        Assert.Equal(double.PositiveInfinity, got["Endless"]);
        Assert.Equal(Noon, Assert.IsType<DateTimeOffset>(got["Time"]));
        Assert.Equal(TimeSpan.Zero, ((DateTimeOffset)got["Time"]).Offset);
        Assert.Equal(Noon.UtcDateTime, got.GetDateTime("Plain"));
        Assert.Equal(id, Assert.IsType<Guid>(got["Id"]));
        Assert.Equal(new byte[] { 0, 255, 1 }, got.GetBinary("Bytes"));
        Assert.Empty(got.GetBinary("NoBytes"));
        Assert.Equal(new byte[] { 9 }, got.GetBinaryData("Data").ToArray());
        Assert.False(got.ContainsKey("Nothing"));
        Assert.Equal(18, got.Count);
    }

    [Fact]
    public async Task A_model_is_mapped_by_its_property_names()
    {
        var sent = new Model { PartitionKey = "p", RowKey = "r", Name = "n", Size = 3, Colour = Colour.Green, Renamed = "x", Secret = "s", At = Noon.UtcDateTime, Total = 7UL, Data = [1] };
        await Table.AddEntityAsync(sent);
        var stored = (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal(["At", "Colour", "Data", "Name", "PartitionKey", "RowKey", "Size", "Timestamp", "Total", "odata.etag", "renamed_to"], stored.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("Green", stored["Colour"]);
        Assert.Equal(7L, stored["Total"]);

        var got = (await Table.GetEntityAsync<Model>("p", "r")).Value;
        Assert.Equal(("n", 3, null, Colour.Green, null, "x", null, 7UL), (got.Name, got.Size, got.Weight, got.Colour, got.Maybe, got.Renamed, got.Secret, got.Total));
        Assert.Equal((Noon.UtcDateTime, DateTimeKind.Utc), (got.At, got.At.Kind));
        Assert.Equal(stored.ETag, got.ETag);
        Assert.Equal(stored.Timestamp, got.Timestamp);
        Assert.Equal([1], got.Data!);
    }

    [Fact]
    public async Task A_type_that_no_table_stores_is_refused_before_it_is_sent()
    {
        await Assert.ThrowsAsync<NotSupportedException>(() => Table.AddEntityAsync(new TableEntity("p", "r") { ["Price"] = 1m }));
        await Assert.ThrowsAsync<NotSupportedException>(() => Table.AddEntityAsync(new TableEntity("p", "r") { ["Colour"] = Colour.Red }));
    }

    [Fact]
    public async Task Replace_removes_and_merge_leaves_what_is_not_named()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = 2 });
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["B"] = 3L, ["C"] = "c", ["A"] = null });
        var merged = (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal((1, 3L, "c"), (merged["A"], merged["B"], merged["C"]));
        await Table.UpdateEntityAsync(new TableEntity("p", "r") { ["D"] = true }, merged.ETag);
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["E"] = 5, ["A"] = null }, TableUpdateMode.Replace);
        var replaced = (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal(["E", "PartitionKey", "RowKey", "Timestamp", "odata.etag"], replaced.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_upsert_makes_the_entity_when_there_is_none()
    {
        await Table.UpsertEntityAsync(new TableEntity("p", "merge") { ["A"] = 1 });
        await Table.UpsertEntityAsync(new TableEntity("p", "replace") { ["A"] = 2 }, TableUpdateMode.Replace);
        Assert.Equal([1, 2], (await All(Table.QueryAsync<TableEntity>())).Select(row => row.GetInt32("A")!.Value));
    }

    [Fact]
    public async Task What_is_there_cannot_be_added_and_what_is_not_cannot_be_updated()
    {
        var entity = new TableEntity("p", "r");
        Assert.Equal((404, "ResourceNotFound"), await Refused(() => Table.UpdateEntityAsync(entity, ETag.All)));
        Assert.Equal((404, "ResourceNotFound"), await Refused(() => Table.UpdateEntityAsync(entity, ETag.All, TableUpdateMode.Replace)));
        Assert.Equal((404, "ResourceNotFound"), await Refused(() => Table.GetEntityAsync<TableEntity>("p", "r")));
        await Table.AddEntityAsync(entity);
        Assert.Equal((409, "EntityAlreadyExists"), await Refused(() => Table.AddEntityAsync(entity)));
    }

    [Fact]
    public async Task An_entity_that_may_be_missing_is_asked_for_without_an_exception()
    {
        var missing = await Table.GetEntityIfExistsAsync<TableEntity>("p", "r");
        Assert.False(missing.HasValue);
        Assert.Equal(404, missing.GetRawResponse().Status);
        Assert.Throws<InvalidOperationException>(() => missing.Value);
        await Table.AddEntityAsync(new TableEntity("p", "r"));
        Assert.Equal("r", (await Table.GetEntityIfExistsAsync<TableEntity>("p", "r")).Value!.RowKey);
    }

    [Fact]
    public async Task Deleting_what_is_not_there_answers_404_and_throws_nothing()
    {
        Assert.Equal(404, (await Table.DeleteEntityAsync("p", "r")).Status);
        await Table.AddEntityAsync(new TableEntity("p", "r"));
        Assert.Equal(204, (await Table.DeleteEntityAsync(new TableEntity("p", "r"))).Status);
        Assert.Equal(404, (await Table.DeleteEntityAsync("p", "r")).Status);
    }

    [Fact]
    public async Task A_selection_returns_only_what_it_names()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = 2 });
        var got = (await Table.GetEntityAsync<TableEntity>("p", "r", ["A", "RowKey"])).Value;
        Assert.Equal(["A", "RowKey", "odata.etag"], got.Keys.Order(StringComparer.Ordinal));
        var row = Assert.Single(await All(Table.QueryAsync<TableEntity>("B eq 2", select: ["A", "Missing"])));
        Assert.Equal(["A", "odata.etag"], row.Keys.Order(StringComparer.Ordinal));
    }

    public sealed class Model : ITableEntity
    {
        public string PartitionKey { get; set; } = "";

        public string RowKey { get; set; } = "";

        public DateTimeOffset? Timestamp { get; set; }

        public ETag ETag { get; set; }

        public string? Name { get; set; }

        public int? Size { get; set; }

        public double? Weight { get; set; }

        public Colour Colour { get; set; }

        public Colour? Maybe { get; set; }

        public DateTime At { get; set; }

        public ulong Total { get; set; }

        public byte[]? Data { get; set; }

        [DataMember(Name = "renamed_to")]
        public string? Renamed { get; set; }

        [IgnoreDataMember]
        public string? Secret { get; set; }
    }
}
