using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace Formae.Embedded.Tables.Tests;

/// <summary>What every transport of the table client must do. A transport's tests inherit it and say where the service is.</summary>
public abstract partial class TableContract : IAsyncLifetime
{
    protected TableServiceClient Service { get; private set; } = null!;

    protected TableClient Table { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Service = await StartAsync();
        Table = Service.GetTableClient(NewName());
        await Table.CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // Where there is no service the test is skipped before there is a table.
        if (Table is not null)
            await Table.DeleteAsync();
        await StopAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_table_that_exists_cannot_be_created_again()
    {
        var again = await Refused(() => Table.CreateAsync());
        Assert.Equal((409, "TableAlreadyExists"), again);
        Assert.Equal(409, (await Table.CreateIfNotExistsAsync()).GetRawResponse().Status);
        Assert.Equal(409, (await Service.CreateTableIfNotExistsAsync(Table.Name)).GetRawResponse().Status);
    }

    [Fact]
    public virtual async Task Table_names_differ_by_more_than_case()
    {
        var again = await Refused(() => Service.CreateTableAsync(Table.Name.ToUpperInvariant()));
        Assert.Equal((409, "TableAlreadyExists"), again);
        await Table.AddEntityAsync(new TableEntity("p", "r"));
        Assert.Equal("r", (await Service.GetTableClient(Table.Name.ToUpperInvariant()).GetEntityAsync<TableEntity>("p", "r")).Value.RowKey);
    }

    [Theory]
    [InlineData("ab", "OutOfRangeInput")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123", "OutOfRangeInput")]
    [InlineData("1abc", "InvalidResourceName")]
    [InlineData("with-dash", "InvalidResourceName")]
    [InlineData("späte", "InvalidResourceName")]
    public virtual async Task A_table_name_out_of_the_rule_is_refused(string name, string code) =>
        Assert.Equal((400, code), await Refused(() => Service.CreateTableAsync(name)));

    [Fact]
    public async Task The_longest_and_the_shortest_table_names_are_fine()
    {
        foreach (var name in (string[])["a" + Guid.NewGuid().ToString("N")[..2], "a" + new string('9', 30) + Guid.NewGuid().ToString("N")])
        {
            await Service.CreateTableAsync(name);
            Assert.Equal(204, (await Service.DeleteTableAsync(name)).Status);
        }
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_named_as_the_reason()
    {
        var missing = Service.GetTableClient(NewName());
        Assert.Equal((404, "TableNotFound"), await Refused(() => missing.AddEntityAsync(new TableEntity("p", "r"))));
        Assert.Equal((404, "TableNotFound"), await Refused(() => missing.GetEntityAsync<TableEntity>("p", "r")));
        Assert.Equal((404, "TableNotFound"), await Refused(() => All(missing.QueryAsync<TableEntity>())));
        Assert.Equal((404, "TableNotFound"), await Refused(() => missing.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "r"))])));
        Assert.Equal(404, (await missing.DeleteAsync()).Status);
        Assert.Equal(404, (await missing.DeleteEntityAsync("p", "r")).Status);
    }

    [Fact]
    public async Task A_deleted_table_takes_its_rows_with_it()
    {
        var table = Service.GetTableClient(NewName());
        await table.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "r"));
        await table.DeleteAsync();
        Assert.Equal((404, "TableNotFound"), await Refused(() => table.GetEntityAsync<TableEntity>("p", "r")));
        Assert.DoesNotContain(table.Name, (await All(Service.QueryAsync())).Select(item => item.Name));
    }

    [Fact]
    public async Task Tables_are_listed_by_name_filtered_and_paged()
    {
        var prefix = NewName()[..20];
        foreach (var suffix in (string[])["C", "A", "E", "B", "D"])
            await Service.CreateTableAsync(prefix + suffix);
        var (from, to) = (prefix, prefix + "Z");
        var pages = await Pages(Service.QueryAsync((FormattableString)$"TableName ge {from} and TableName lt {to}", maxPerPage: 2));
        Assert.Equal([["A", "B"], ["C", "D"], ["E"]], pages.Select(page => page.Values.Select(item => item.Name[^1..]).ToArray()).ToArray());
        var one = prefix + "B";
        Assert.Equal(one, Assert.Single(await All(Service.QueryAsync(item => item.Name == one))).Name);
        foreach (var suffix in "ABCDE")
            await Service.DeleteTableAsync(prefix + suffix);
    }

    /// <summary>The first page alone.</summary>
    protected static async Task<Page<T>> First<T>(AsyncPageable<T> pageable, string? continuationToken = null)
        where T : notnull
    {
        await foreach (var page in pageable.AsPages(continuationToken))
            return page;
        throw new InvalidOperationException("There is no page.");
    }

    protected abstract Task<TableServiceClient> StartAsync();

    protected abstract Task StopAsync();

    protected static string NewName() => "T" + Guid.NewGuid().ToString("N");

    /// <summary>The status and error code with which the service refused a call that must not succeed.</summary>
    protected static async Task<(int Status, string? Code)> Refused(Func<Task> call)
    {
        var failure = await Assert.ThrowsAnyAsync<RequestFailedException>(call);
        return (failure.Status, failure.ErrorCode);
    }

    protected static async Task<List<T>> All<T>(AsyncPageable<T> pageable)
        where T : notnull
    {
        var all = new List<T>();
        await foreach (var value in pageable)
            all.Add(value);
        return all;
    }

    protected static async Task<List<Page<T>>> Pages<T>(AsyncPageable<T> pageable, string? continuationToken = null, int? pageSizeHint = null)
        where T : notnull
    {
        var pages = new List<Page<T>>();
        await foreach (var page in pageable.AsPages(continuationToken, pageSizeHint))
            pages.Add(page);
        return pages;
    }
}
