using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;

namespace Formae.Plugins.Aws.Tests;

/// <summary>Tables on dynalite.</summary>
public sealed class TableTests(DynamoServer server)
{
    private readonly string _name = Aws.Unique("table");

    [Fact]
    public async Task A_table_is_made_and_removed_while_it_is_asked_about()
    {
        await using var aws = Aws.Start(server);

        var created = await aws.ExecuteAsync(Requests.Create(Aws.Table, Simple()), TestContext.Current.CancellationToken);
        var live = await aws.SuccessAsync(Requests.Create(Aws.Table, Simple()));
        var deleted = await aws.ExecuteAsync(Requests.Delete(Aws.Table, _name), TestContext.Current.CancellationToken);
        await aws.SuccessAsync(Requests.Delete(Aws.Table, _name));

        Assert.Equal(OperationStatus.InProgress, created.Status);
        Assert.Equal(_name, created.NativeId);
        Assert.Equal("PAY_PER_REQUEST", live.Properties!.Value.GetProperty("BillingMode").GetString());
        Assert.False(live.Properties!.Value.TryGetProperty("ProvisionedThroughput", out _));
        Assert.Equal(OperationStatus.InProgress, deleted.Status);
        Assert.Equal(ProblemCodes.NotFound, (await aws.FailureAsync(Requests.Read(Aws.Table, _name))).Code);
    }

    [Fact]
    public async Task What_somebody_else_has_made_is_not_taken()
    {
        await using var aws = Aws.Start(server);
        await aws.SuccessAsync(Requests.Create(Aws.Table, Simple()));
        var other = Requests.Create(Aws.Table, Simple()) with { Ksuid = "2zzzzzzzzzzzzzzzzzzzzzzzzzz", TargetConfig = aws.TargetConfig };

        var problem = await aws.FailureAsync(other);
        var inDoubt = await aws.Operator.ExecuteAsync(other, delivery: 2, TestContext.Current.CancellationToken);

        Assert.Equal(ProblemCodes.AlreadyExists, problem.Code);
        Assert.Equal(ProblemCodes.AlreadyExists, inDoubt.Problem?.Code);
    }

    [Fact]
    public async Task The_billing_mode_goes_to_and_fro()
    {
        await using var aws = Aws.Start(server);
        await aws.SuccessAsync(Requests.Create(Aws.Table, Simple()));

        var provisioned = await aws.SuccessAsync(Requests.Update(Aws.Table, _name, Simple(", \"BillingMode\": \"PROVISIONED\", \"ProvisionedThroughput\": { \"ReadCapacityUnits\": 3, \"WriteCapacityUnits\": 4 }")));
        var again = await aws.SuccessAsync(Requests.Update(Aws.Table, _name, Simple(", \"BillingMode\": \"PAY_PER_REQUEST\"")));

        Assert.Equal(3, provisioned.Properties!.Value.GetProperty("ProvisionedThroughput").GetProperty("ReadCapacityUnits").GetInt32());
        Assert.False(again.Properties!.Value.TryGetProperty("ProvisionedThroughput", out _));
    }

    [Fact]
    public async Task A_server_that_accepts_an_index_and_does_not_make_it_is_found_out()
    {
        await using var aws = Aws.Start(server);
        const string throughput = """ "ProvisionedThroughput": { "ReadCapacityUnits": 1, "WriteCapacityUnits": 1 } """;
        await aws.SuccessAsync(Requests.Create(Aws.Table, Simple($", {throughput}")));

        var problem = await aws.FailureAsync(Requests.Update(Aws.Table, _name, $$"""
            { "Name": "{{_name}}", {{throughput}}, "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }, { "AttributeName": "at", "AttributeType": "N" }],
              "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
              "GlobalSecondaryIndexes": [{ "IndexName": "by-time", "KeySchema": [{ "AttributeName": "at", "KeyType": "HASH" }], "Projection": { "ProjectionType": "ALL" }, {{throughput}} }] }
            """));

        Assert.True(problem.Code == ProblemCodes.GeneralServiceException, problem.Message);
        Assert.Contains("add index by-time", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_are_listed_page_by_page()
    {
        await using var aws = Aws.Start(server);
        var names = Enumerable.Range(0, 3).Select(i => $"{_name[..25]}-{i}").ToList();
        foreach (var name in names)
            await aws.SuccessAsync(Requests.Create(Aws.Table, Simple().Replace(_name, name, StringComparison.Ordinal)));

        var seen = (await aws.ListAsync(Aws.Table, pageSize: 1)).SelectMany(page => page).ToList();

        Assert.Empty(names.Except(seen));
        Assert.Equal(seen.Distinct().Count(), seen.Count);
    }

    [Theory]
    [InlineData(""" "KeySchema": [{ "AttributeName": "other", "KeyType": "HASH" }] """, "'other'")]
    [InlineData(""" "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }], "BillingMode": "PROVISIONED" """, "ProvisionedThroughput")]
    [InlineData(""" "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }], "BillingMode": "PAY_PER_REQUEST", "ProvisionedThroughput": { "ReadCapacityUnits": 1, "WriteCapacityUnits": 1 } """, "ProvisionedThroughput")]
    [InlineData(""" "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }], "Tags": [{ "Key": "aws:a", "Value": "b" }] """, "aws:a")]
    [InlineData(""" "KeySchema": [{ "AttributeName": "id", "KeyType": "HOSH" }] """, "KeySchema[0].KeyType")]
    public async Task What_is_wrong_is_seen_before_anything_is_sent(string more, string named)
    {
        await using var aws = Aws.Start(new Wire());

        var problem = await aws.FailureAsync(Requests.Create(Aws.Table, $$"""{ "Name": "n", "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }], {{more}} }"""));

        Assert.Equal(ProblemCodes.InvalidRequest, problem.Code);
        Assert.Contains(named, problem.Message, StringComparison.Ordinal);
    }

    private string Simple(string more = "") => $$"""{ "Name": "{{_name}}", "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }], "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }]{{more}} }""";
}
