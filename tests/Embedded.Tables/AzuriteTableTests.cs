using Azure;
using Azure.Data.Tables;
using Formae.Servers;

namespace Formae.Embedded.Tables.Tests;

/// <summary>
/// The contract over the REST transport, on Azurite. A test that is overridden here says what Azurite does otherwise than the service; docs/storage.md lists it.
/// </summary>
public sealed class AzuriteTableTests(AzuriteServer azurite) : TableContract, IClassFixture<AzuriteServer>
{
    // Filters that the service refuses.
    private static readonly HashSet<string> Taken =
    [
        "Int eq 'open", "Int eq 1x", "Int eq 1;", "Int EQ 1", "Int eq Long", "not Int eq 1", "Int eq null", "Time eq datetime'yesterday'", "Id eq guid'1'", "Bytes eq X'0'",
    ];

    /// <summary>An ETag is made of milliseconds and the first digits of another clock.</summary>
    protected override bool ETagsGrow => false;

    /// <summary>A wrong key is a wrong input like any other.</summary>
    protected override string WrongKey => "InvalidInput";

    public override async Task A_key_out_of_the_rules_is_refused(string key, string code)
    {
        Assert.Equal((400, WrongKey), await Refused(() => Table.AddEntityAsync(new TableEntity(key, "r"))));

        // In an address it takes the slash for the end of the table's name, although it is escaped.
        Assert.Equal(key == "a/b" ? (500, null) : (400, WrongKey), await Refused(() => Table.UpsertEntityAsync(new TableEntity("p", key))));
    }

    /// <summary>It is refused without a code.</summary>
    public override async Task A_table_name_out_of_the_rule_is_refused(string name, string code) =>
        Assert.Equal((400, ""), await Refused(() => Service.CreateTableAsync(name)));

    /// <summary>A table cannot be made twice in two spellings, but is found in one only.</summary>
    public override async Task Table_names_differ_by_more_than_case()
    {
        Assert.Equal((409, "TableAlreadyExists"), await Refused(() => Service.CreateTableAsync(Table.Name.ToUpperInvariant())));
        await Table.AddEntityAsync(new TableEntity("p", "r"));
        Assert.Equal((404, "TableNotFound"), await Refused(() => Service.GetTableClient(Table.Name.ToUpperInvariant()).GetEntityAsync<TableEntity>("p", "r")));
    }

    /// <summary>To a merge it is a wrong operation, to a delete a wrong input.</summary>
    public override async Task An_ETag_that_is_none_fits_no_entity()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r"));
        Assert.Equal((400, "InvalidOperation"), await Refused(() => Table.UpdateEntityAsync(new TableEntity("p", "r"), new ETag("nonsense"))));
        Assert.Equal((400, "InvalidInput"), await Refused(() => Table.DeleteEntityAsync("p", "r", new ETag("nonsense"))));
    }

    /// <summary>It takes any number.</summary>
    public override async Task An_entity_has_252_properties_of_its_own_and_not_one_more()
    {
        var entity = new TableEntity("p", "r");
        for (var i = 0; i < 300; i++)
            entity["P" + i] = i;
        await Table.AddEntityAsync(entity);
        Assert.Equal(304, (await Table.GetEntityAsync<TableEntity>("p", "r")).Value.Count);
    }

    /// <summary>It measures the body of a request: 4 MiB to add, 1 MiB to update.</summary>
    public override async Task An_entity_has_one_MiB_and_not_one_byte_more()
    {
        var entity = new TableEntity("p", "r");
        for (var i = 0; i < 40; i++)
            entity["B" + i] = new byte[65_536];
        await Table.AddEntityAsync(entity);
        Assert.Equal((400, "EntityTooLarge"), await Refused(() => Table.UpsertEntityAsync(entity)));
    }

    /// <summary>It takes any name.</summary>
    public override async Task A_property_name_that_is_no_identifier_is_refused(string name)
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { [name] = 1 });
        Assert.Equal(1, (await Table.GetEntityAsync<TableEntity>("p", "r")).Value[name]);
    }

    /// <summary>It takes any length.</summary>
    public override async Task A_property_name_has_255_characters_and_not_one_more()
    {
        var name = new string('n', 256);
        await Table.AddEntityAsync(new TableEntity("p", "r") { [name] = 1, ["_ünder1"] = 2 });
        var got = (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal((1, 2), (got[name], got["_ünder1"]));
    }

    /// <summary>It takes any time.</summary>
    public override async Task A_time_before_1601_is_refused()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["At"] = DateTimeOffset.MinValue });
        Assert.Equal(DateTimeOffset.MinValue, (await Table.GetEntityAsync<TableEntity>("p", "r")).Value["At"]);
    }

    /// <summary>A text 'true' counts as true, it knows no exponents, and a number of 64 bits fails where the property has 32.</summary>
    public override async Task A_filter_finds_what_it_says(string filter, string expected)
    {
        if (filter == "Int eq 1L")
        {
            await Table.AddEntityAsync(new TableEntity("p", "a") { ["Int"] = 1 });
            Assert.Equal((500, null), await Refused(() => All(Table.QueryAsync<TableEntity>(filter))));
            return;
        }

        await base.A_filter_finds_what_it_says(filter, filter switch
        {
            "Flag" => "ad",
            "not Flag" => "bc",
            "Double le 1.5e0" => "",
            _ => expected,
        });
    }

    /// <summary>It takes some that are none.</summary>
    public override async Task A_filter_that_is_none_is_refused(string filter)
    {
        if (Taken.Contains(filter))
            await All(Table.QueryAsync<TableEntity>(filter));
        else
            await base.A_filter_that_is_none_is_refused(filter);
    }

    /// <summary>It has any number.</summary>
    public override async Task A_filter_has_15_comparisons_and_not_one_more()
    {
        await Table.AddEntityAsync(new TableEntity("p", "16"));
        Assert.Single(await All(Table.QueryAsync<TableEntity>(string.Join(" or ", Enumerable.Range(1, 16).Select(i => $"RowKey eq '{i}'")))));
    }

    /// <summary>A larger page has 1000 rows, a page of none leads to the next of none, and a strange token to some row.</summary>
    public override async Task A_page_size_or_a_token_out_of_the_rules_is_refused()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r"));
        Assert.Single((await First(Table.QueryAsync<TableEntity>(maxPerPage: 1001))).Values);
        var none = await First(Table.QueryAsync<TableEntity>(maxPerPage: 0));
        Assert.Empty(none.Values);
        Assert.NotNull(none.ContinuationToken);
        await First(Table.QueryAsync<TableEntity>(), "no token of ours");
    }

    /// <summary>It takes several.</summary>
    public override async Task A_transaction_has_one_partition()
    {
        await Table.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "a")), new(TableTransactionActionType.Add, new TableEntity("q", "b"))]);
        Assert.Equal(2, (await All(Table.QueryAsync<TableEntity>())).Count);
    }

    protected override Task<TableServiceClient> StartAsync() =>
        Task.FromResult(new TableServiceClient(azurite.ConnectionString, new TableClientOptions { Retry = { MaxRetries = 0 } }));

    protected override Task StopAsync() => Task.CompletedTask;
}
