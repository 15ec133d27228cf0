using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;

namespace Formae.Plugins.Aws.Tests;

/// <summary>Buckets on s3rver, as it is and with what it lacks of buckets added.</summary>
public sealed class BucketTests(S3Server server, LikeAws whole) : IClassFixture<LikeAws>
{
    private readonly string _name = Aws.Unique("bucket");

    [Fact]
    public async Task A_create_that_comes_again_finds_its_own_and_goes_on_where_it_was()
    {
        await using var aws = Aws.Start(whole);
        await aws.SuccessAsync(Requests.Create(Aws.Bucket, new { Name = _name }));

        // As if the first delivery had ended right after the bucket was made.
        var again = await aws.SuccessAsync(Requests.Create(Aws.Bucket, new { Name = _name, VersioningEnabled = true, Tags = new[] { new { Key = "team", Value = "a" } } }));
        var live = await aws.SuccessAsync(Requests.Read(Aws.Bucket, _name));

        Assert.Equal(_name, again.NativeId);
        Assert.True(live.Properties!.Value.GetProperty("VersioningEnabled").GetBoolean());
        Assert.Equal("""[{"Key":"team","Value":"a"}]""", live.Properties!.Value.GetProperty("Tags").GetRawText());
    }

    [Fact]
    public async Task What_somebody_else_has_made_is_not_taken()
    {
        await using var aws = Aws.Start(whole);
        await aws.SuccessAsync(Requests.Create(Aws.Bucket, new { Name = _name }));

        var other = Requests.Create(Aws.Bucket, new { Name = _name }) with { Ksuid = "2zzzzzzzzzzzzzzzzzzzzzzzzzz" };
        var problem = await aws.FailureAsync(other);
        var inDoubt = await aws.Operator.ExecuteAsync(other with { TargetConfig = aws.TargetConfig }, delivery: 2, TestContext.Current.CancellationToken);

        Assert.Equal(ProblemCodes.AlreadyExists, problem.Code);
        Assert.Equal(ProblemCodes.AlreadyExists, inDoubt.Problem?.Code);
    }

    [Fact]
    public async Task The_mark_outlives_an_update_and_is_not_shown()
    {
        await using var aws = Aws.Start(whole);
        var create = Requests.Create(Aws.Bucket, new { Name = _name, Tags = new[] { new { Key = "team", Value = "a" } } });
        await aws.SuccessAsync(create);

        var report = await aws.SuccessAsync(Requests.Update(Aws.Bucket, _name, new { Name = _name }));
        var live = await aws.SuccessAsync(Requests.Read(Aws.Bucket, _name));

        Assert.False(report.Properties!.Value.TryGetProperty("Tags", out _));
        Assert.False(live.Properties!.Value.TryGetProperty("Tags", out _));
        await aws.SuccessAsync(create);
    }

    [Fact]
    public async Task A_bucket_with_objects_in_it_may_be_empty_later()
    {
        await using var aws = Aws.Start(server);
        await aws.SuccessAsync(Requests.Create(Aws.Bucket, new { Name = _name }));
        await aws.SuccessAsync(Requests.Create(Aws.Object, new { Bucket = _name, Key = "a" }));

        var problem = await aws.FailureAsync(Requests.Delete(Aws.Bucket, _name));
        await aws.SuccessAsync(Requests.Delete(Aws.Object, $"{_name}/a"));
        await aws.SuccessAsync(Requests.Delete(Aws.Bucket, _name));

        Assert.Equal(ProblemCodes.ResourceConflict, problem.Code);
        Assert.Equal(ProblemCodes.NotFound, (await aws.FailureAsync(Requests.Read(Aws.Bucket, _name))).Code);
    }

    [Fact]
    public async Task A_list_goes_on_from_page_to_page_on_a_server_that_sends_all_at_once()
    {
        await using var aws = Aws.Start(server);
        var names = Enumerable.Range(0, 5).Select(i => $"{_name[..25]}-{i}").ToList();
        foreach (var name in names)
            await aws.SuccessAsync(Requests.Create(Aws.Bucket, new { Name = name }));

        var seen = (await aws.ListAsync(Aws.Bucket, pageSize: 2)).SelectMany(page => page).ToList();

        Assert.Empty(names.Except(seen));
        Assert.Equal(seen.Distinct().Count(), seen.Count);
    }

    [Theory]
    [InlineData("""{ "Tags": [{ "Key": "a", "Value": "b" }] }""", "Tags", ProblemCodes.InvalidRequest)]
    [InlineData("""{ "Policy": "{}" }""", "Policy", ProblemCodes.InvalidRequest)]
    [InlineData("""{ "LifecycleRules": [{ "Id": "a", "ExpirationDays": 1 }] }""", "LifecycleRules", ProblemCodes.InvalidRequest)]
    [InlineData("""{ "VersioningEnabled": true }""", "VersioningEnabled", ProblemCodes.GeneralServiceException)]
    public async Task What_a_server_does_not_know_is_said_with_the_property_that_wants_it(string more, string property, string means)
    {
        await using var aws = Aws.Start(server);
        var properties = (JsonObject)JsonNode.Parse(more)!;
        properties["Name"] = _name;

        var problem = await aws.FailureAsync(Requests.Create(Aws.Bucket, properties.ToJsonString()));

        Assert.Equal(means, problem.Code);
        Assert.Contains($"'{property}'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_server_without_tags_of_buckets_a_create_in_doubt_goes_by_the_name()
    {
        await using var aws = Aws.Start(server);
        var create = Requests.Create(Aws.Bucket, new { Name = _name }) with { TargetConfig = aws.TargetConfig };
        await aws.SuccessAsync(create);

        var first = await aws.FailureAsync(create);
        var again = await aws.Operator.ExecuteAsync(create, delivery: 2, TestContext.Current.CancellationToken);

        Assert.Equal(ProblemCodes.AlreadyExists, first.Code);
        Assert.Equal(OperationStatus.Success, again.Status);
    }

    [Theory]
    [InlineData("""{ "Name": "n", "Tags": [{ "Key": "formae:ksuid", "Value": "x" }] }""", "formae:ksuid")]
    [InlineData("""{ "Name": "n", "Tags": [{ "Key": "aws:x", "Value": "x" }] }""", "aws:x")]
    [InlineData("""{ "Name": "n", "Tags": [{ "Key": "a", "Value": "x" }, { "Key": "a", "Value": "y" }] }""", "twice")]
    [InlineData("""{ "Name": "n", "LifecycleRules": [{ "Id": "idle" }] }""", "idle")]
    public async Task What_is_wrong_is_seen_before_anything_is_sent(string properties, string named)
    {
        await using var aws = Aws.Start(new Wire());

        var created = await aws.FailureAsync(Requests.Create(Aws.Bucket, properties));
        var updated = await aws.FailureAsync(Requests.Update(Aws.Bucket, "n", properties));

        Assert.All([created, updated], problem =>
        {
            Assert.Equal(ProblemCodes.InvalidRequest, problem.Code);
            Assert.Contains(named, problem.Message, StringComparison.Ordinal);
        });
    }
}
