using Azure.Data.Tables;

namespace Formae.Embedded.Tables.Tests;

public abstract partial class TableContract
{
    public static TheoryData<string, string> WrongKeys() => new()
    {
        { "a/b", "OutOfRangeInput" }, { "a\\b", "OutOfRangeInput" }, { "a#b", "OutOfRangeInput" }, { "a?b", "OutOfRangeInput" },
        { "a\tb", "OutOfRangeInput" }, { "a\u001fb", "OutOfRangeInput" }, { "a\u007fb", "OutOfRangeInput" }, { "a\u009fb", "OutOfRangeInput" },
        { new string('k', 513), "KeyValueTooLarge" },
    };

    /// <summary>The code of a key with a character that keys may not have.</summary>
    protected virtual string WrongKey => "OutOfRangeInput";

    [Theory]
    [MemberData(nameof(WrongKeys))]
    public virtual async Task A_key_out_of_the_rules_is_refused(string key, string code)
    {
        Assert.Equal((400, code), await Refused(() => Table.AddEntityAsync(new TableEntity(key, "r"))));
        Assert.Equal((400, code), await Refused(() => Table.UpsertEntityAsync(new TableEntity("p", key))));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("it's 100% 'quoted' & <odd>+=:;@,$*()[]{}|^~`\"")]
    [InlineData("\u00a0ü漢한🙂\uffff")]
    public async Task Any_other_key_is_fine(string key)
    {
        await Table.AddEntityAsync(new TableEntity(key, key) { ["A"] = 1 });
        var got = (await Table.GetEntityAsync<TableEntity>(key, key)).Value;
        Assert.Equal((key, key), (got.PartitionKey, got.RowKey));
        Assert.Equal(key, Assert.Single(await All(Table.QueryAsync<TableEntity>(row => row.PartitionKey == key && row.RowKey == key))).RowKey);
        await Table.UpdateEntityAsync(new TableEntity(key, key) { ["A"] = 2 }, got.ETag);
        Assert.Equal(204, (await Table.DeleteEntityAsync(key, key)).Status);
    }

    [Fact]
    public async Task The_longest_key_has_one_kibibyte()
    {
        var longest = new string('ü', 512);
        await Table.AddEntityAsync(new TableEntity(longest, longest));
        Assert.Equal(longest, Assert.Single(await All(Table.QueryAsync<TableEntity>())).RowKey);
    }

    [Fact]
    public async Task An_entity_without_keys_is_refused()
    {
        Assert.Equal((400, "PropertiesNeedValue"), await Refused(() => Table.AddEntityAsync(new TableEntity { ["A"] = 1 })));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Table.UpsertEntityAsync(new TableEntity()));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Table.GetEntityAsync<TableEntity>("p", null));
    }

    [Fact]
    public async Task A_string_holds_32_K_characters_and_not_one_more()
    {
        await Table.AddEntityAsync(new TableEntity("p", "fits") { ["Text"] = new string('漢', 32_768) });
        Assert.Equal(32_768, (await Table.GetEntityAsync<TableEntity>("p", "fits")).Value.GetString("Text").Length);
        Assert.Equal((400, "PropertyValueTooLarge"), await Refused(() => Table.AddEntityAsync(new TableEntity("p", "r") { ["Text"] = new string('a', 32_769) })));
    }

    [Fact]
    public async Task A_binary_holds_64_KiB_and_not_one_byte_more()
    {
        await Table.AddEntityAsync(new TableEntity("p", "fits") { ["Bytes"] = new byte[65_536] });
        Assert.Equal(65_536, (await Table.GetEntityAsync<TableEntity>("p", "fits")).Value.GetBinary("Bytes").Length);
        Assert.Equal((400, "PropertyValueTooLarge"), await Refused(() => Table.AddEntityAsync(new TableEntity("p", "r") { ["Bytes"] = new byte[65_537] })));
    }

    [Fact]
    public virtual async Task An_entity_has_252_properties_of_its_own_and_not_one_more()
    {
        await Table.AddEntityAsync(Wide("fits", 0, 252));
        Assert.Equal(256, (await Table.GetEntityAsync<TableEntity>("p", "fits")).Value.Count);
        Assert.Equal((400, "TooManyProperties"), await Refused(() => Table.AddEntityAsync(Wide("r", 0, 253))));
        Assert.Equal((400, "TooManyProperties"), await Refused(() => Table.UpsertEntityAsync(Wide("fits", 252, 1))));
        Assert.Equal(256, (await Table.GetEntityAsync<TableEntity>("p", "fits")).Value.Count);

        static TableEntity Wide(string rowKey, int first, int count)
        {
            var entity = new TableEntity("p", rowKey);
            foreach (var i in Enumerable.Range(first, count))
                entity["P" + i] = i;
            return entity;
        }
    }

    [Fact]
    public virtual async Task An_entity_has_one_MiB_and_not_one_byte_more()
    {
        // 4 + 2 x 2 for the keys; for a binary 8 + 2 x 3 for the name + 4 + its bytes.
        await Table.AddEntityAsync(Heavy("f", 0));
        Assert.Equal((400, "EntityTooLarge"), await Refused(() => Table.AddEntityAsync(Heavy("r", 1))));
        Assert.Equal((400, "EntityTooLarge"), await Refused(() => Table.UpsertEntityAsync(new TableEntity("p", "f") { ["More"] = true })));

        static TableEntity Heavy(string rowKey, int excess)
        {
            var entity = new TableEntity("p", rowKey);
            for (var i = 10; i < 25; i++)
                entity["B" + i] = new byte[65_536];
            var left = (1024 * 1024) - 4 - 4 - (15 * (8 + 6 + 4 + 65_536));
            entity["B25"] = new byte[left - 8 - 6 - 4 + excess];
            return entity;
        }
    }

    [Theory]
    [InlineData("with-dash")]
    [InlineData("with space")]
    [InlineData("1st")]
    [InlineData("a.b")]
    public virtual async Task A_property_name_that_is_no_identifier_is_refused(string name) =>
        Assert.Equal((400, "PropertyNameInvalid"), await Refused(() => Table.AddEntityAsync(new TableEntity("p", "r") { [name] = 1 })));

    [Fact]
    public virtual async Task A_property_name_has_255_characters_and_not_one_more()
    {
        await Table.AddEntityAsync(new TableEntity("p", "fits") { [new string('n', 255)] = 1, ["_ünder1"] = 2 });
        Assert.Equal((400, "PropertyNameTooLong"), await Refused(() => Table.AddEntityAsync(new TableEntity("p", "r") { [new string('n', 256)] = 1 })));
    }

    [Fact]
    public virtual async Task A_time_before_1601_is_refused()
    {
        await Table.AddEntityAsync(new TableEntity("p", "fits") { ["At"] = new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero) });
        Assert.Equal((400, "OutOfRangeInput"), await Refused(() => Table.AddEntityAsync(new TableEntity("p", "r") { ["At"] = DateTimeOffset.MinValue })));
    }
}
