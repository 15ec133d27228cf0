using Azure;
using Azure.Data.Tables;

namespace Formae.Embedded.Tables.Tests;

public abstract partial class TableContract
{
    /// <summary>A later ETag is a later text too. Nobody may rest on it; where it is so, it stays so.</summary>
    protected virtual bool ETagsGrow => true;

    [Fact]
    public async Task Every_write_gives_a_new_ETag_of_the_services_form()
    {
        var entity = new TableEntity("p", "r");
        var seen = new List<ETag?> { (await Table.AddEntityAsync(entity)).Headers.ETag };
        for (var i = 0; i < 20; i++)
        {
            seen.Add((await Table.UpsertEntityAsync(entity, (TableUpdateMode)(i % 2))).Headers.ETag);
            seen.Add((await Table.UpdateEntityAsync(entity, ETag.All, (TableUpdateMode)(i % 2))).Headers.ETag);
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.All(seen, etag => Assert.Matches("^W/\"datetime'[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}%3A[0-9]{2}%3A[0-9]{2}\\.[0-9]{7}Z'\"$", etag.ToString()));
        if (ETagsGrow)
            Assert.Equal(seen.Select(etag => etag.ToString()).Order(StringComparer.Ordinal), seen.Select(etag => etag.ToString()));
        var got = await Table.GetEntityAsync<TableEntity>("p", "r");
        Assert.Equal(seen[^1], got.Value.ETag);
        Assert.Equal(seen[^1], got.GetRawResponse().Headers.ETag);
        Assert.NotNull(got.Value.Timestamp);
    }

    [Fact]
    public async Task A_write_with_an_old_ETag_is_refused()
    {
        var old = (await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1 })).Headers.ETag!.Value;
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = 2 });
        foreach (var etag in (ETag[])[old, new ETag("W/\"datetime'2026-01-01T00%3A00%3A00.0000000Z'\"")])
        {
            Assert.Equal((412, "UpdateConditionNotSatisfied"), await Refused(() => Table.UpdateEntityAsync(new TableEntity("p", "r"), etag)));
            Assert.Equal((412, "UpdateConditionNotSatisfied"), await Refused(() => Table.UpdateEntityAsync(new TableEntity("p", "r"), etag, TableUpdateMode.Replace)));
            Assert.Equal((412, "UpdateConditionNotSatisfied"), await Refused(() => Table.DeleteEntityAsync("p", "r", etag)));
        }

        var current = (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal(2, current["A"]);
        Assert.Equal(204, (await Table.DeleteEntityAsync(current, current.ETag)).Status);
    }

    [Fact]
    public virtual async Task An_ETag_that_is_none_fits_no_entity()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r"));
        Assert.Equal((412, "UpdateConditionNotSatisfied"), await Refused(() => Table.UpdateEntityAsync(new TableEntity("p", "r"), new ETag("nonsense"))));
        Assert.Equal((412, "UpdateConditionNotSatisfied"), await Refused(() => Table.DeleteEntityAsync("p", "r", new ETag("nonsense"))));
    }

    [Fact]
    public async Task An_update_must_say_which_ETag_it_expects() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Table.UpdateEntityAsync(new TableEntity("p", "r"), default));

    [Fact]
    public async Task An_ETag_of_a_deleted_entity_does_not_fit_its_successor()
    {
        var first = (await Table.AddEntityAsync(new TableEntity("p", "r"))).Headers.ETag!.Value;
        await Table.DeleteEntityAsync("p", "r");
        await Table.AddEntityAsync(new TableEntity("p", "r"));
        Assert.Equal((412, "UpdateConditionNotSatisfied"), await Refused(() => Table.UpdateEntityAsync(new TableEntity("p", "r"), first)));
    }

    [Theory]
    [InlineData(TableUpdateMode.Merge)]
    [InlineData(TableUpdateMode.Replace)]
    public async Task Of_many_who_race_with_one_ETag_exactly_one_wins(TableUpdateMode mode)
    {
        var etag = (await Table.AddEntityAsync(new TableEntity("p", "r"))).Headers.ETag!.Value;
        for (var round = 0; round < 20; round++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(who => Task.Run(async () =>
            {
                try
                {
                    return (await Table.UpdateEntityAsync(new TableEntity("p", "r") { ["Who"] = who }, etag, mode)).Headers.ETag;
                }
                catch (RequestFailedException lost) when (lost.Status == 412)
                {
                    return null;
                }
            })));
            etag = Assert.Single(results.OfType<ETag>());
        }
    }

    [Fact]
    public async Task Of_many_who_add_one_entity_exactly_one_wins()
    {
        var statuses = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            try
            {
                return (await Table.AddEntityAsync(new TableEntity("p", "r"))).Status;
            }
            catch (RequestFailedException lost)
            {
                return lost.Status;
            }
        })));
        Assert.Equal(1, statuses.Count(status => status == 204));
        Assert.Equal(31, statuses.Count(status => status == 409));
    }
}
