using Azure.Data.Tables;

namespace Formae.Embedded.Tables.Tests;

public abstract partial class TableContract
{
    [Theory]
    [InlineData("", "abcd")]
    [InlineData("PartitionKey eq 'p'", "abc")]
    [InlineData("PartitionKey eq 'p' and RowKey ge 'b'", "bc")]
    [InlineData("PartitionKey eq 'p' and RowKey gt 'a' and RowKey lt 'c'", "b")]
    [InlineData("PartitionKey gt 'p'", "d")]
    [InlineData("PartitionKey ne 'p'", "d")]
    [InlineData("RowKey le 'b'", "ab")]
    [InlineData("'b' ge RowKey", "ab")]
    [InlineData("(PartitionKey eq 'p' and RowKey eq 'c') or (PartitionKey eq 'p' and RowKey eq 'a') or (PartitionKey eq 'q')", "acd")]
    [InlineData("PartitionKey eq 'p' and (RowKey eq 'a' or RowKey le 'b')", "ab")]
    [InlineData("PartitionKey eq 'p' and PartitionKey eq 'q'", "")]
    [InlineData("not (PartitionKey eq 'p')", "d")]
    [InlineData("PartitionKey eq 5", "")]
    [InlineData("Text eq 'it''s'", "a")]
    [InlineData("Text lt 'it'", "b")]
    [InlineData("Text eq 'IT''S'", "")]
    [InlineData("Int eq 1", "a")]
    [InlineData("Int ne 1", "bd")]
    [InlineData("Int eq 1L", "")]
    [InlineData("Int eq '1'", "")]
    [InlineData("Int gt -5 and Int lt 2", "ab")]
    [InlineData("Long eq 5000000000L", "a")]
    [InlineData("Long ge 1L", "ab")]
    [InlineData("Long eq 1", "")]
    [InlineData("Double gt 1.25", "a")]
    [InlineData("Double le 1.5e0", "ab")]
    [InlineData("Flag eq true", "a")]
    [InlineData("Flag", "a")]
    [InlineData("not Flag", "bcd")]
    [InlineData("Flag eq false", "b")]
    [InlineData("Flag and Int eq 1", "a")]
    [InlineData("Time gt datetime'2026-01-01T00:00:00Z'", "a")]
    [InlineData("Time eq datetime'2026-01-31T12:00:00.1234567Z'", "a")]
    [InlineData("Id eq guid'00000000-0000-0000-0000-000000000001'", "a")]
    [InlineData("Bytes eq X'00ff'", "a")]
    [InlineData("Bytes eq binary'00FF'", "a")]
    [InlineData("Missing eq 1", "")]
    [InlineData("Missing ne 1", "")]
    [InlineData("Int eq 1 or Int eq 2 and Text eq 'no'", "a")]
    [InlineData("(Int eq 1 or Int eq 0) and Text eq 'no'", "")]
    [InlineData("not (Int eq 1) and PartitionKey eq 'p'", "bc")]
    [InlineData("Timestamp gt datetime'2020-01-01T00:00:00Z'", "abcd")]
    [InlineData("true", "abcd")]
    public virtual async Task A_filter_finds_what_it_says(string filter, string expected)
    {
        await Table.AddEntityAsync(new TableEntity("p", "a")
        {
            ["Text"] = "it's",
            ["Int"] = 1,
            ["Long"] = 5_000_000_000L,
            ["Double"] = 1.5,
            ["Flag"] = true,
            ["Time"] = Noon,
            ["Id"] = Guid.Parse("00000000-0000-0000-0000-000000000001"),
            ["Bytes"] = new byte[] { 0, 255 },
        });
        await Table.AddEntityAsync(new TableEntity("p", "b") { ["Text"] = "an", ["Int"] = 0, ["Long"] = 1L, ["Double"] = 1.25, ["Flag"] = false, ["Time"] = DateTimeOffset.UnixEpoch });
        await Table.AddEntityAsync(new TableEntity("p", "c"));
        await Table.AddEntityAsync(new TableEntity("q", "d") { ["Int"] = 2, ["Flag"] = "true" });
        Assert.Equal(expected, string.Concat((await All(Table.QueryAsync<TableEntity>(filter))).Select(row => row.RowKey)));
    }

    [Theory]
    [InlineData("Int eq")]
    [InlineData("Int = 1")]
    [InlineData("Int eq 1 and")]
    [InlineData("(Int eq 1")]
    [InlineData("Int eq 1)")]
    [InlineData("Int eq Long")]
    [InlineData("1 eq 1")]
    [InlineData("Int eq 'open")]
    [InlineData("Int eq 1x")]
    [InlineData("Int like 'a'")]
    [InlineData("Int EQ 1")]
    [InlineData("not Int eq 1")]
    [InlineData("Int eq null")]
    [InlineData("Time eq datetime'yesterday'")]
    [InlineData("Id eq guid'1'")]
    [InlineData("Bytes eq X'0'")]
    [InlineData("substringof('a', Text)")]
    [InlineData("Int eq 1;")]
    public virtual async Task A_filter_that_is_none_is_refused(string filter) =>
        Assert.Equal((400, "InvalidInput"), await Refused(() => All(Table.QueryAsync<TableEntity>(filter))));

    [Fact]
    public virtual async Task A_filter_has_15_comparisons_and_not_one_more()
    {
        await Table.AddEntityAsync(new TableEntity("p", "15"));
        Assert.Single(await All(Table.QueryAsync<TableEntity>(Any(15))));
        Assert.Equal((400, "InvalidInput"), await Refused(() => All(Table.QueryAsync<TableEntity>(Any(16)))));

        static string Any(int count) => string.Join(" or ", Enumerable.Range(1, count).Select(i => $"RowKey eq '{i}'"));
    }

    [Fact]
    public async Task Rows_come_in_the_ordinal_order_of_their_keys()
    {
        string[] keys = ["", " ", "!", "0", "10", "2", "A", "Z", "_", "a", "aa", "b", "z", "é", "漢", "퟿", "🙂", "\uf8ff", "\uffff"];
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        foreach (var key in keys.Reverse())
            await Table.SubmitTransactionAsync(keys.Reverse().Select(row => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity(key, row))));
        var expected = keys.SelectMany(_ => keys, (partition, row) => (partition, row)).ToList();
        Assert.Equal(expected, (await All(Table.QueryAsync<TableEntity>(maxPerPage: 7))).Select(row => (row.PartitionKey, row.RowKey)));
        Assert.Equal(["\uf8ff", "\uffff"], (await All(Table.QueryAsync<TableEntity>(row => row.PartitionKey == "a" && row.RowKey.CompareTo("🙂") > 0))).Select(row => row.RowKey));
    }

    [Fact]
    public async Task Pages_hold_1000_rows_and_lead_from_one_to_the_next()
    {
        for (var start = 0; start < 2500; start += 100)
        {
            var partition = start < 1200 ? "p" : "q";
            await Table.SubmitTransactionAsync(Enumerable.Range(start, 100).Select(i =>
                new TableTransactionAction(TableTransactionActionType.Add, new TableEntity(partition, i.ToString("D5", null)) { ["N"] = i })));
        }

        var pages = await Pages(Table.QueryAsync<TableEntity>());
        Assert.Equal([1000, 1000, 500], pages.Select(page => page.Values.Count));
        Assert.Equal(Enumerable.Range(0, 2500), pages.SelectMany(page => page.Values).Select(row => row.GetInt32("N")!.Value));
        Assert.Null(pages[^1].ContinuationToken);

        var rest = await Pages(Table.QueryAsync<TableEntity>(), pages[0].ContinuationToken, pageSizeHint: 400);
        Assert.Equal([400, 400, 400, 300], rest.Select(page => page.Values.Count));
        Assert.Equal(Enumerable.Range(1000, 1500), rest.SelectMany(page => page.Values).Select(row => row.GetInt32("N")!.Value));

        var filtered = await Pages(Table.QueryAsync<TableEntity>("(PartitionKey eq 'q' and RowKey ge '02400') or (PartitionKey eq 'p' and RowKey lt '00003')", maxPerPage: 50));
        Assert.Equal([50, 50, 3], filtered.Select(page => page.Values.Count));
        Assert.Equal([0, 1, 2, 2400], filtered[0].Values.Take(4).Select(row => row.GetInt32("N")!.Value));
    }

    [Fact]
    public async Task Pages_show_rows_that_came_behind_the_token_and_not_those_that_went()
    {
        await Table.SubmitTransactionAsync(Enumerable.Range(0, 10).Select(i => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", $"{i}"))));
        var first = (await Pages(Table.QueryAsync<TableEntity>(maxPerPage: 4)))[0];
        await Table.DeleteEntityAsync("p", "4");
        await Table.DeleteEntityAsync("p", "7");
        await Table.AddEntityAsync(new TableEntity("p", "1b"));
        await Table.AddEntityAsync(new TableEntity("p", "5b"));
        var rest = (await Pages(Table.QueryAsync<TableEntity>(), first.ContinuationToken)).SelectMany(page => page.Values).Select(row => row.RowKey);
        Assert.Equal(["5", "5b", "6", "8", "9"], rest);
    }

    [Fact]
    public virtual async Task A_page_size_or_a_token_out_of_the_rules_is_refused()
    {
        Assert.Equal((400, "InvalidInput"), await Refused(() => All(Table.QueryAsync<TableEntity>(maxPerPage: 1001))));
        Assert.Equal((400, "InvalidInput"), await Refused(() => All(Table.QueryAsync<TableEntity>(maxPerPage: 0))));
        Assert.Equal((400, "InvalidInput"), await Refused(() => Pages(Table.QueryAsync<TableEntity>(), "no token of ours")));
    }

    [Fact]
    public async Task A_predicate_finds_what_it_says()
    {
        await Table.AddEntityAsync(new Model { PartitionKey = "p", RowKey = "a", Name = "x", Size = 3, Colour = Colour.Green, Renamed = "y", At = Noon.UtcDateTime });
        await Table.AddEntityAsync(new Model { PartitionKey = "p", RowKey = "b", Name = "y", Size = 4, Colour = Colour.Red, Renamed = "z", At = DateTime.UnixEpoch });
        var wanted = new { Size = 3, Name = "x" };
        Assert.Equal("a", await Find(row => row.Size == wanted.Size && row.Name == wanted.Name));
        Assert.Equal("b", await Find(row => row.Size > wanted.Size || row.Name == "no"));
        Assert.Equal("b", await Find(row => !(row.Colour == Colour.Green)));
        Assert.Equal("a", await Find(row => row.Renamed == "y"));
        Assert.Equal("a", await Find(row => row.At >= Noon.UtcDateTime.AddDays(-1)));
        Assert.Equal("b", await Find(row => string.Compare(row.RowKey, "a") > 0 && row.PartitionKey.Equals("p")));
        Assert.Equal("ab", await Find(row => true));

        async Task<string> Find(System.Linq.Expressions.Expression<Func<Model, bool>> filter) =>
            string.Concat((await All(Table.QueryAsync(filter))).Select(row => row.RowKey));
    }
}
