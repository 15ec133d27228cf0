using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Plugins.Aws.Tests;

/// <summary>What AWS is sent about tables, and what its answers lead to.</summary>
public sealed class TableRequestTests
{
    private const string Index = """{"IndexName":"by-time","IndexStatus":"STATUS","KeySchema":[{"AttributeName":"at","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["b","a"]}}""";

    private const string Desired = """
        { "Name": "formae-table",
          "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }, { "AttributeName": "at", "AttributeType": "N" }],
          "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }, { "AttributeName": "at", "KeyType": "RANGE" }],
          "GlobalSecondaryIndexes": [{ "IndexName": "by-time", "KeySchema": [{ "AttributeName": "at", "KeyType": "HASH" }], "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": ["a", "b"] } }],
          "DeletionProtectionEnabled": true, "Tags": [{ "Key": "team", "Value": "a" }] }
        """;

    [Fact]
    public async Task A_table_is_made_by_one_request_with_its_tags_and_the_mark()
    {
        var wire = new Wire().On("CreateTable", """{"TableDescription":{"TableStatus":"CREATING"}}""");
        await using var aws = Aws.Start(wire);

        var report = await aws.ExecuteAsync(Requests.Create(Aws.Table, Desired), TestContext.Current.CancellationToken);

        Assert.Equal(OperationStatus.InProgress, report.Status);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse($$"""
                { "TableName": "formae-table", "BillingMode": "PAY_PER_REQUEST", "DeletionProtectionEnabled": true,
                  "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }, { "AttributeName": "at", "AttributeType": "N" }],
                  "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }, { "AttributeName": "at", "KeyType": "RANGE" }],
                  "GlobalSecondaryIndexes": [{ "IndexName": "by-time", "KeySchema": [{ "AttributeName": "at", "KeyType": "HASH" }], "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": ["a", "b"] } }],
                  "Tags": [{ "Key": "team", "Value": "a" }, { "Key": "formae:ksuid", "Value": "{{Requests.Ksuid}}" }] }
                """),
            JsonNode.Parse(Assert.Single(wire.All).Body)), wire.All[0].Body);
    }

    [Fact]
    public async Task A_new_table_is_waited_for_until_it_and_its_tags_are_shown()
    {
        var wire = new Wire()
            .On("CreateTable", """{"TableDescription":{"TableStatus":"CREATING"}}""")
            .OnSequence("DescribeTable", Wire.DynamoError("ResourceNotFoundException"), Described("CREATING"), Described("ACTIVE", index: "CREATING"), Described("ACTIVE", index: "ACTIVE"))
            .OnSequence("ListTagsOfResource", new Reply(HttpStatusCode.OK, """{"Tags":[]}"""), new Reply(HttpStatusCode.OK, """{"Tags":[{"Key":"formae:ksuid","Value":"k"}],"NextToken":"n"}"""), new Reply(HttpStatusCode.OK, """{"Tags":[{"Key":"team","Value":"a"}]}"""));
        await using var aws = Aws.Start(wire);

        var report = await aws.SuccessAsync(Requests.Create(Aws.Table, Desired));

        Assert.Equal("""[{"Key":"team","Value":"a"}]""", report.Properties!.Value.GetProperty("Tags").GetRawText());
        Assert.Equal(["CreateTable", "DescribeTable", "DescribeTable", "DescribeTable", "DescribeTable", "ListTagsOfResource", "DescribeTable", "ListTagsOfResource", "ListTagsOfResource"], wire.All.Select(sent => sent.Call));
        Assert.Contains("\"NextToken\":\"n\"", wire.All[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_never_appears_is_not_waited_for_for_good()
    {
        var wire = new Wire().On("CreateTable", """{"TableDescription":{"TableStatus":"CREATING"}}""").On("DescribeTable", _ => Wire.DynamoError("ResourceNotFoundException"));
        await using var aws = Aws.Start(wire);

        Assert.Equal(ProblemCodes.NotFound, (await aws.FailureAsync(Requests.Create(Aws.Table, Desired))).Code);
    }

    [Fact]
    public async Task An_update_goes_step_by_step_from_what_there_is()
    {
        // A table with one index, which is to become provisioned with another one, and to be protected.
        var table = (JsonObject)JsonNode.Parse(Described("ACTIVE", index: "ACTIVE").Body)!["Table"]!;
        List<string> steps = [];
        var wire = new Wire()
            .On("DescribeTable", _ => new Reply(HttpStatusCode.OK, new JsonObject { ["Table"] = table.DeepClone() }.ToJsonString()))
            .On("ListTagsOfResource", """{"Tags":[]}""")
            .On("UpdateTable", sent =>
            {
                steps.Add(Carry(table, (JsonObject)JsonNode.Parse(sent.Body)!));
                return new Reply(HttpStatusCode.OK, """{"TableDescription":{"TableStatus":"UPDATING"}}""");
            });
        await using var aws = Aws.Start(wire);

        var report = await aws.SuccessAsync(Requests.Update(Aws.Table, "formae-table", """
            { "Name": "formae-table", "BillingMode": "PROVISIONED", "ProvisionedThroughput": { "ReadCapacityUnits": 1, "WriteCapacityUnits": 2 },
              "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }, { "AttributeName": "at", "AttributeType": "N" }, { "AttributeName": "who", "AttributeType": "S" }],
              "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }, { "AttributeName": "at", "KeyType": "RANGE" }],
              "GlobalSecondaryIndexes": [{ "IndexName": "by-who", "KeySchema": [{ "AttributeName": "who", "KeyType": "HASH" }], "Projection": { "ProjectionType": "ALL" }, "ProvisionedThroughput": { "ReadCapacityUnits": 3, "WriteCapacityUnits": 4 } }],
              "DeletionProtectionEnabled": true }
            """));

        Assert.Equal(["delete by-time", "PROVISIONED 1/2", "create by-who with at,id,who", "protect True"], steps);
        Assert.Equal("by-who", report.Properties!.Value.GetProperty("GlobalSecondaryIndexes")[0].GetProperty("IndexName").GetString());
        Assert.True(report.Properties!.Value.GetProperty("DeletionProtectionEnabled").GetBoolean());
    }

    [Fact]
    public async Task Other_tags_are_written_and_removed_one_by_one_and_nothing_else()
    {
        var wire = new Wire().On("DescribeTable", _ => Described("ACTIVE", index: "ACTIVE")).On("TagResource").On("UntagResource")
            .On("ListTagsOfResource", """{"Tags":[{"Key":"formae:ksuid","Value":"k"},{"Key":"team","Value":"b"},{"Key":"old","Value":"x"},{"Key":"aws:x","Value":"y"}]}""");
        await using var aws = Aws.Start(wire);

        var report = await aws.SuccessAsync(Requests.Update(Aws.Table, "formae-table", Desired.Replace("true", "false", StringComparison.Ordinal)));

        Assert.Contains("\"Tags\":[{\"Key\":\"team\",\"Value\":\"a\"}]", wire.Single("TagResource").Body, StringComparison.Ordinal);
        Assert.Contains("\"TagKeys\":[\"old\"]", wire.Single("UntagResource").Body, StringComparison.Ordinal);
        Assert.Equal("""[{"Key":"team","Value":"a"}]""", report.Properties!.Value.GetProperty("Tags").GetRawText());
        Assert.DoesNotContain(wire.All, sent => sent.Call == "UpdateTable");
    }

    [Fact]
    public async Task An_update_that_comes_again_waits_for_the_first_one()
    {
        var wire = new Wire().On("DescribeTable", _ => Described("UPDATING", index: "ACTIVE")).On("ListTagsOfResource", """{"Tags":[{"Key":"team","Value":"a"}]}""");
        await using var aws = Aws.Start(wire);

        var report = await aws.ExecuteAsync(Requests.Update(Aws.Table, "formae-table", Desired), TestContext.Current.CancellationToken);

        Assert.Equal(OperationStatus.InProgress, report.Status);
        Assert.DoesNotContain("Tags", report.RequestId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"Key":"formae:ksuid","Value":"2abcdefghijklmnopqrstuvwxy0"}]""", "ACTIVE", null)]
    [InlineData("""[{"Key":"formae:ksuid","Value":"another"}]""", "ACTIVE", ProblemCodes.AlreadyExists)]
    [InlineData("[]", "CREATING", ProblemCodes.AlreadyExists)]
    [InlineData("[]", "DELETING", ProblemCodes.ResourceConflict)]
    public async Task A_table_that_is_there_is_this_create_s_own_or_somebody_else_s(string tags, string status, string? code)
    {
        var wire = new Wire().On("CreateTable", _ => Wire.DynamoError("ResourceInUseException")).On("DescribeTable", _ => Described(status, index: "ACTIVE")).On("ListTagsOfResource", $$"""{"Tags":{{tags}}}""");
        await using var aws = Aws.Start(wire);

        var report = await aws.ExecuteAsync(Requests.Create(Aws.Table, Desired), TestContext.Current.CancellationToken);

        Assert.Equal(code, report.Problem?.Code);
        Assert.Equal(code is null ? OperationStatus.InProgress : OperationStatus.Failure, report.Status);
    }

    [Fact]
    public async Task A_table_under_deletion_protection_stays_and_says_why()
    {
        var wire = new Wire().On("DeleteTable", _ => Wire.DynamoError("ValidationException", message: "Resource cannot be deleted as it is currently protected against deletion."));
        await using var aws = Aws.Start(wire);

        var problem = await aws.FailureAsync(Requests.Delete(Aws.Table, "formae-table"));

        Assert.Equal(ProblemCodes.InvalidRequest, problem.Code);
        Assert.Contains("protected against deletion", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETING", OperationStatus.InProgress)]
    [InlineData("CREATING", OperationStatus.Failure)]
    public async Task A_busy_table_is_deleted_later_unless_it_is_being_deleted(string status, OperationStatus expected)
    {
        var wire = new Wire().On("DeleteTable", _ => Wire.DynamoError("ResourceInUseException")).On("DescribeTable", _ => Described(status, index: "ACTIVE"));
        await using var aws = Aws.Start(wire);

        Assert.Equal(expected, (await aws.ExecuteAsync(Requests.Delete(Aws.Table, "formae-table"), TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task A_question_that_was_throttled_is_asked_again_and_nothing_else()
    {
        var wire = new Wire().On("DescribeTable", _ => Wire.DynamoError("ThrottlingException"));
        await using var aws = Aws.Start(wire);

        var report = await aws.ExecuteAsync(Requests.Status(Aws.Table, """{"Work":"Create","Looks":0}""", "formae-table"), TestContext.Current.CancellationToken);

        Assert.True(report.CallFailed);
        Assert.Equal(ProblemCodes.Throttling, report.Problem?.Code);
    }

    [Theory]
    [InlineData("""{ "AttributeName": "id", "KeyType": "HASH" }""", "N", "KeySchema")]
    [InlineData("""{ "AttributeName": "id", "KeyType": "HASH" }, { "AttributeName": "at", "KeyType": "RANGE" }""", "S", "at")]
    public async Task What_no_update_can_change_is_refused(string keys, string type, string named)
    {
        var wire = new Wire().On("DescribeTable", _ => Described("ACTIVE", index: "ACTIVE")).On("ListTagsOfResource", """{"Tags":[]}""");
        await using var aws = Aws.Start(wire);

        var problem = await aws.FailureAsync(Requests.Update(Aws.Table, "formae-table", $$"""
            { "Name": "formae-table", "KeySchema": [{{keys}}], "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }, { "AttributeName": "at", "AttributeType": "{{type}}" }] }
            """));

        Assert.Equal(ProblemCodes.NotUpdatable, problem.Code);
        Assert.Contains(named, problem.Message, StringComparison.Ordinal);
    }

    /// <summary>The table of <see cref="Desired"/>, not protected.</summary>
    private static Reply Described(string status, string? index = null) => new(HttpStatusCode.OK, $$"""
        {"Table":{"TableName":"formae-table","TableStatus":"{{status}}","TableArn":"arn:aws:dynamodb:eu-central-1:1:table/formae-table","TableId":"t1","DeletionProtectionEnabled":false,
          "BillingModeSummary":{"BillingMode":"PAY_PER_REQUEST"},"ProvisionedThroughput":{"ReadCapacityUnits":0,"WriteCapacityUnits":0},
          "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"at","AttributeType":"N"}],
          "KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"at","KeyType":"RANGE"}],
          "GlobalSecondaryIndexes":[{{(index is null ? "" : Index.Replace("STATUS", index, StringComparison.Ordinal))}}]} }
        """);

    /// <summary>Does to the table what UpdateTable does, and tells it in short.</summary>
    private static string Carry(JsonObject table, JsonObject request)
    {
        var indexes = (JsonArray)table["GlobalSecondaryIndexes"]!;
        var change = request["GlobalSecondaryIndexUpdates"]?[0];
        if (change?["Delete"] is { } delete)
        {
            indexes.Remove(indexes.Single(one => (string)one!["IndexName"]! == (string)delete["IndexName"]!));
            return $"delete {delete["IndexName"]}";
        }

        if (change?["Create"] is { } create)
        {
            var made = (JsonObject)create.DeepClone();
            made["IndexStatus"] = "ACTIVE";
            indexes.Add(made);
            table["AttributeDefinitions"] = request["AttributeDefinitions"]!.DeepClone();
            return $"create {create["IndexName"]} with {string.Join(',', table["AttributeDefinitions"]!.AsArray().Select(one => (string)one!["AttributeName"]!).Order(StringComparer.Ordinal))}";
        }

        if (request["BillingMode"] is { } mode)
        {
            table["BillingModeSummary"] = new JsonObject { ["BillingMode"] = mode.DeepClone() };
            table["ProvisionedThroughput"] = request["ProvisionedThroughput"]!.DeepClone();
            return $"{mode} {request["ProvisionedThroughput"]!["ReadCapacityUnits"]}/{request["ProvisionedThroughput"]!["WriteCapacityUnits"]}";
        }

        table["DeletionProtectionEnabled"] = request["DeletionProtectionEnabled"]!.GetValue<bool>();
        return $"protect {request["DeletionProtectionEnabled"]!.GetValue<bool>()}";
    }
}
