using System.Linq.Expressions;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace Formae.Embedded.Tables.Tests;

/// <summary>Filters as text, as predicates and as key ranges.</summary>
public sealed class FilterTests
{
    private static readonly string[] Keys = ["", "a", "ab", "b", "ba", "c", "é", "🙂", "\uffff"];

    [Fact]
    public void Interpolated_values_are_quoted_and_typed()
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)).AddTicks(6);
        Assert.Equal(
            "A eq 'it''s' and B eq 5 and C eq 5L and D eq true and E eq guid'00000000-0000-0000-0000-000000000000' and F eq X'00FF' and G eq datetime'2026-01-02T02:04:05.0000006Z' and H eq 1.5",
            TableClient.CreateQueryFilter($"A eq {"it's"} and B eq {5} and C eq {5L} and D eq {true} and E eq {Guid.Empty} and F eq {new byte[] { 0, 255 }} and G eq {at} and H eq {1.5}"));
        Assert.Equal("A eq 'x'", TableServiceClient.CreateQueryFilter($"A eq {"x"}"));
        Assert.Throws<ArgumentException>(() => TableClient.CreateQueryFilter($"A eq {new object()}"));
    }

    [Fact]
    public void Predicates_become_filters()
    {
        var key = "k";
        var holder = new { Inner = new { Number = 5 } };
        Is("PartitionKey eq 'k'", row => row.PartitionKey == key);
        Is("PartitionKey eq 'k'", row => key == row.PartitionKey);
        Is("(PartitionKey eq 'k') and (RowKey gt 'x')", row => row.PartitionKey == key && row.RowKey.CompareTo("x") > 0);
        Is("(RowKey ge 'x') or (RowKey lt 'k')", row => string.Compare(row.RowKey, "x") >= 0 || string.CompareOrdinal(key, row.RowKey) > 0);
        Is("not (PartitionKey eq 'k')", row => !(row.PartitionKey == key));
        Is("N eq 5", row => row.GetInt32("N") == holder.Inner.Number);
        Is("N eq 5L", row => row.GetInt64("N") == 5);
        Is("N eq 5.0", row => row.GetDouble("N") == 5);
        Is("N eq 5", row => (int)row["N"] == 5);
        Is("Flag eq true", row => row.GetBoolean("Flag")!.Value);
        Is("Flag eq true", row => row.GetBoolean("Flag") == true);
        Is("Text ne 'k'", row => row.GetString("Text") != key);
        Is("PartitionKey eq 'k'", row => row.PartitionKey.Equals(key));
        Is("Timestamp ge datetime'2026-01-01T00:00:00Z'", row => row.Timestamp >= new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Is("Id eq guid'00000000-0000-0000-0000-000000000000'", row => row.GetGuid("Id") == Guid.Empty);
        Is(null, row => true);
        Assert.Equal("TableName eq 'k'", TableServiceClient.CreateQueryFilter(item => item.Name == key));

        static void Is(string? expected, Expression<Func<TableEntity, bool>> predicate) => Assert.Equal(expected, TableClient.CreateQueryFilter(predicate));
    }

    [Fact]
    public void A_predicate_that_the_service_cannot_evaluate_is_refused()
    {
        Refuse(row => row.PartitionKey.StartsWith("a"));
        Refuse(row => row.PartitionKey.Length == 1);
        Refuse(row => row.PartitionKey == row.RowKey);
        Refuse(row => row.PartitionKey.ToUpper() == "A");
        Refuse(row => row.GetString("A") == null);
        Refuse(row => string.Equals(row.PartitionKey, "a", StringComparison.OrdinalIgnoreCase));
        Refuse(row => string.Compare(row.PartitionKey, "a", StringComparison.Ordinal) > 0);
        Refuse(row => row.PartitionKey.CompareTo("a") == 1);
        Refuse(row => new[] { "a" }.Contains(row.PartitionKey));

        static void Refuse(Expression<Func<TableEntity, bool>> predicate) => Assert.Throws<NotSupportedException>(() => TableClient.CreateQueryFilter(predicate));
    }

    [Fact]
    public void Error_codes_compare_with_text()
    {
        string? none = null;
        Assert.True(TableErrorCode.EntityAlreadyExists == "EntityAlreadyExists");
        Assert.True("entityalreadyexists" == TableErrorCode.EntityAlreadyExists);
        Assert.False(TableErrorCode.EntityAlreadyExists == none);
        Assert.True(TableErrorCode.EntityAlreadyExists != TableErrorCode.EntityNotFound);
    }

    [Fact]
    public void Stored_keys_are_ordered_as_the_service_orders_keys()
    {
        foreach (var (left, right) in from left in Keys from right in Keys select (left, right))
        {
            Assert.Equal(Math.Sign(string.CompareOrdinal(left, right)), Math.Sign(KeyCodec.Compare(KeyCodec.Encode(left), KeyCodec.Encode(right))));
            Assert.Equal(left, KeyCodec.Decode(KeyCodec.Encode(left)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20260131)]
    public async Task Random_filters_find_what_the_same_predicates_find(int seed)
    {
        var random = new Random(seed);
        await using var tables = new TemporaryTables();
        var table = new TableClient(tables.ConnectionString, "Things");
        await table.CreateAsync();
        var rows = (from partition in Keys from row in Keys select new TableEntity(partition, row)).ToList();
        foreach (var row in rows)
        {
            if (random.Next(4) > 0)
                row["N"] = random.Next(3);
            if (random.Next(4) > 0)
                row["S"] = Keys[random.Next(Keys.Length)];
            if (random.Next(4) > 0)
                row["B"] = random.Next(2) == 0;
            await table.AddEntityAsync(row);
        }

        for (var i = 0; i < 300; i++)
        {
            var (filter, predicate) = RandomFilter.Of(random, Keys, depth: 3);
            var expected = rows.Where(predicate).OrderBy(row => row.PartitionKey, StringComparer.Ordinal).ThenBy(row => row.RowKey, StringComparer.Ordinal);
            var found = new List<string>();
            await foreach (var row in table.QueryAsync<TableEntity>(filter, maxPerPage: random.Next(1, 40)))
                found.Add($"{row.PartitionKey}|{row.RowKey}");
            Assert.True(expected.Select(row => $"{row.PartitionKey}|{row.RowKey}").SequenceEqual(found), $"seed {seed}, round {i}: {filter}");
        }
    }
}

/// <summary>A filter and the predicate that says the same.</summary>
internal static class RandomFilter
{
    private static readonly (string Name, Func<int, bool> Holds)[] Comparisons =
    [
        ("eq", order => order == 0), ("ne", order => order != 0), ("gt", order => order > 0), ("ge", order => order >= 0), ("lt", order => order < 0), ("le", order => order <= 0),
    ];

    public static (string Filter, Func<TableEntity, bool> Predicate) Of(Random random, string[] keys, int depth)
    {
        if (depth == 0 || random.Next(5) == 0)
            return Leaf(random, keys);
        var (left, leftHolds) = Of(random, keys, depth - 1);
        if (random.Next(6) == 0)
            return ($"not ({left})", row => !leftHolds(row));
        var (right, rightHolds) = Of(random, keys, depth - 1);
        return random.Next(2) == 0
            ? ($"({left}) and ({right})", row => leftHolds(row) && rightHolds(row))
            : ($"({left}) or ({right})", row => leftHolds(row) || rightHolds(row));
    }

    private static (string Filter, Func<TableEntity, bool> Predicate) Leaf(Random random, string[] keys)
    {
        var (name, holds) = Comparisons[random.Next(Comparisons.Length)];
        var key = keys[random.Next(keys.Length)];
        var number = random.Next(3);
        return random.Next(9) switch
        {
            < 3 => ($"PartitionKey {name} '{key}'", row => holds(string.CompareOrdinal(row.PartitionKey, key))),
            < 6 => ($"RowKey {name} '{key}'", row => holds(string.CompareOrdinal(row.RowKey, key))),
            6 => ($"S {name} '{key}'", row => row.GetString("S") is { } text && holds(string.CompareOrdinal(text, key))),
            7 => ($"N {name} {number}", row => row.GetInt32("N") is { } found && holds(found.CompareTo(number))),
            _ => ("B", row => row.GetBoolean("B") == true),
        };
    }
}
