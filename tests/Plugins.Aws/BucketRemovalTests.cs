using System.Net;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;

namespace Formae.Plugins.Aws.Tests;

/// <summary>What becomes of what is in a bucket when the bucket is deleted.</summary>
public sealed class BucketRemovalTests(S3Server server, LikeAws whole) : IClassFixture<LikeAws>
{
    private const string Name = "formae-bucket";
    private const string Step = "emptying/2026-01-02T03:04:05.0000000Z";
    private const string Born = $"<ListAllMyBucketsResult><Buckets><Bucket><Name>{Name}-2</Name><CreationDate>2025-01-01T00:00:00.000Z</CreationDate></Bucket><Bucket><Name>{Name}</Name><CreationDate>2026-01-02T03:04:05.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>";

    private readonly string _name = Aws.Unique("removal");

    [Fact]
    public async Task A_bucket_that_may_not_be_emptied_is_refused_with_what_to_do()
    {
        var wire = new Wire().On("DELETE bucket", _ => NotEmpty);
        await using var aws = Aws.Start(wire);

        var problem = await aws.FailureAsync(Requests.Delete(Aws.Bucket, Name));
        var said = await aws.FailureAsync(Delete(false));

        Assert.Equal(ProblemCodes.ResourceConflict, problem.Code);
        Assert.Contains("ForceDestroy: true", problem.Message, StringComparison.Ordinal);
        Assert.Equal(problem, said);
        Assert.All(wire.All, sent => Assert.Equal("DELETE bucket", sent.Call));
    }

    [Fact]
    public async Task Versions_and_markers_go_first()
    {
        var wire = new Wire()
            .OnSequence("DELETE bucket", NotEmpty, new Reply(HttpStatusCode.NoContent, ""))
            .On("GET bucket?versions", Page(false, "<Version><Key>a b</Key><VersionId>v1</VersionId></Version>", "<DeleteMarker><Key>c</Key><VersionId>null</VersionId></DeleteMarker>"))
            .On("POST bucket?delete", "<DeleteResult/>");
        await using var aws = Aws.Start(wire);

        await aws.SuccessAsync(Delete(true));

        Assert.Equal(["DELETE bucket", "GET bucket?versions", "POST bucket?delete", "DELETE bucket"], wire.All.Select(sent => sent.Call));
        Assert.Contains("max-keys=1000", wire.Single("GET bucket?versions").Uri.Query, StringComparison.Ordinal);
        var body = wire.Single("POST bucket?delete").Body;
        Assert.Contains("<Object><Key>a b</Key><VersionId>v1</VersionId></Object><Object><Key>c</Key><VersionId>null</VersionId></Object><Quiet>true</Quiet>", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_objects_go_in_several_steps_of_some_pages_each()
    {
        var pages = 0;
        var wire = new Wire()
            .On("DELETE bucket", _ => pages == 14 ? new Reply(HttpStatusCode.NoContent, "") : NotEmpty)
            .On("GET bucket?versions", _ => new Reply(HttpStatusCode.OK, Page(++pages < 14, $"<Version><Key>k{pages}</Key><VersionId>v</VersionId></Version>")))
            .On("POST bucket?delete", "<DeleteResult/>")
            .On("GET service", Born);
        await using var aws = Aws.Start(wire);
        var delete = Delete(true) with { TargetConfig = aws.TargetConfig };

        var begun = await aws.Operator.ExecuteAsync(delete, delivery: 1, TestContext.Current.CancellationToken);
        var seen = pages;
        var status = Requests.Status(Aws.Bucket, begun.RequestId!, Name) with { TargetConfig = aws.TargetConfig };
        var going = await aws.Operator.ExecuteAsync(status, delivery: 1, TestContext.Current.CancellationToken);
        var later = pages;
        var over = await aws.Operator.ExecuteAsync(status, delivery: 1, TestContext.Current.CancellationToken);

        Assert.Equal((OperationStatus.InProgress, 1), (begun.Status, seen));
        Assert.Equal(Step, begun.RequestId);
        Assert.Equal((OperationStatus.InProgress, 11), (going.Status, later));
        Assert.Equal((OperationStatus.Success, 14), (over.Status, pages));
        Assert.Equal(Enumerable.Range(1, 14).Select(page => $"<Key>k{page}</Key>"), wire.All.Where(sent => sent.Call == "POST bucket?delete").Select(sent => sent.Body[sent.Body.IndexOf("<Key>", StringComparison.Ordinal)..(sent.Body.IndexOf("</Key>", StringComparison.Ordinal) + 6)]));
    }

    [Fact]
    public async Task Of_several_objects_that_stay_the_reason_that_stays_is_told()
    {
        const string errors = "<DeleteResult><Error><Key>a</Key><Code>InternalError</Code><Message>Once more.</Message></Error><Error><Key>locked</Key><Code>AccessDenied</Code><Message>Access Denied.</Message></Error></DeleteResult>";
        var wire = new Wire().On("DELETE bucket", _ => NotEmpty).On("GET bucket?versions", Page(false, "<Version><Key>a</Key><VersionId>v1</VersionId></Version>")).On("POST bucket?delete", errors).On("GET service", Born);
        await using var aws = Aws.Start(wire);

        var problem = await aws.FailureAsync(Delete(true));
        var later = await aws.FailureAsync(Requests.Status(Aws.Bucket, Step, Name));

        Assert.Equal((ProblemCodes.AccessDenied, "DeleteObjects: AccessDenied of the object 'locked': Access Denied."), (problem.Code, problem.Message));
        Assert.Equal(problem, later);
    }

    [Fact]
    public async Task A_step_that_is_throttled_is_taken_again_and_one_that_finds_no_bucket_is_the_last()
    {
        var wire = new Wire().OnSequence("DELETE bucket", NotEmpty, Wire.S3Error("NoSuchBucket", HttpStatusCode.NotFound)).On("GET bucket?versions", _ => Wire.S3Error("SlowDown", HttpStatusCode.ServiceUnavailable)).On("GET service", Born);
        await using var aws = Aws.Start(wire);
        var status = Requests.Status(Aws.Bucket, Step, Name) with { TargetConfig = aws.TargetConfig };

        var throttled = await aws.Operator.ExecuteAsync(status, delivery: 1, TestContext.Current.CancellationToken);
        var gone = await aws.Operator.ExecuteAsync(status, delivery: 1, TestContext.Current.CancellationToken);

        Assert.True(throttled.CallFailed);
        Assert.Equal(ProblemCodes.Throttling, throttled.Problem?.Code);
        Assert.Equal(OperationStatus.Success, gone.Status);
    }

    [Fact]
    public async Task A_bucket_that_shows_nothing_and_is_not_empty_is_not_asked_for_ever()
    {
        var wire = new Wire().On("DELETE bucket", _ => NotEmpty).On("GET bucket?versions", Page(false)).On("GET service", Born);
        await using var aws = Aws.Start(wire);

        Assert.Equal(ProblemCodes.ResourceConflict, (await aws.FailureAsync(Delete(true))).Code);
        Assert.Equal(ProblemCodes.ResourceConflict, (await aws.FailureAsync(Requests.Status(Aws.Bucket, Step, Name))).Code);
    }

    [Fact]
    public async Task When_it_is_called_off_nothing_more_is_deleted()
    {
        using var off = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var wire = new Wire()
            .On("DELETE bucket", _ => NotEmpty)
            .On("GET bucket?versions", Page(true, "<Version><Key>a</Key><VersionId>v1</VersionId></Version>"))
            .On("POST bucket?delete", _ =>
            {
                off.Cancel();
                return new Reply(HttpStatusCode.OK, "<DeleteResult/>");
            })
            .On("GET service", Born);
        await using var aws = Aws.Start(wire);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => aws.Operator.ExecuteAsync(Requests.Status(Aws.Bucket, Step, Name) with { TargetConfig = aws.TargetConfig }, delivery: 1, off.Token));

        Assert.Single(wire.All, sent => sent.Call == "POST bucket?delete");
    }

    [Theory]
    [InlineData("<Bucket><Name>formae-bucket</Name><CreationDate>2026-01-02T03:04:06.000Z</CreationDate></Bucket>")]
    [InlineData("")]
    public async Task A_step_that_comes_late_does_nothing_to_the_next_bucket_of_the_name(string bucket)
    {
        var wire = new Wire().On("GET service", $"<ListAllMyBucketsResult><Buckets>{bucket}</Buckets></ListAllMyBucketsResult>");
        await using var aws = Aws.Start(wire);

        Assert.Equal(ProblemCodes.ResourceConflict, (await aws.FailureAsync(Requests.Status(Aws.Bucket, Step, Name))).Code);
        Assert.Equal("?prefix=formae-bucket", wire.Single("GET service").Uri.Query);
    }

    [Fact]
    public async Task Another_request_id_is_refused()
    {
        await using var aws = Aws.Start(new Wire());

        Assert.Equal(ProblemCodes.InvalidRequest, (await aws.FailureAsync(Requests.Status(Aws.Bucket, "another", Name))).Code);
    }

    [Fact]
    public async Task A_bucket_with_versions_is_destroyed_by_the_document_that_made_it()
    {
        await using var aws = Aws.Start(whole);
        var document = new { Name = _name, VersioningEnabled = true, ForceDestroy = true };
        var made = await aws.SuccessAsync(Requests.Create(Aws.Bucket, document));
        await aws.SuccessAsync(Requests.Create(Aws.Object, new { Bucket = _name, Key = "site/grüße 1.html", Content = "first" }));
        await aws.SuccessAsync(Requests.Update(Aws.Object, $"{_name}/site/grüße 1.html", new { Bucket = _name, Key = "site/grüße 1.html", Content = "second" }));
        await aws.SuccessAsync(Requests.Delete(Aws.Object, $"{_name}/site/grüße 1.html"));
        await aws.SuccessAsync(Requests.Create(Aws.Object, new { Bucket = _name, Key = "left", Content = "by somebody" }));
        var live = await aws.SuccessAsync(Requests.Read(Aws.Bucket, _name, document));

        var kept = await aws.FailureAsync(Requests.Delete(Aws.Bucket, _name) with { PriorProperties = Requests.Json(new { Name = _name, VersioningEnabled = true, ForceDestroy = false }) });
        var delete = Requests.Delete(Aws.Bucket, _name) with { PriorProperties = Requests.Json(document) };
        await aws.SuccessAsync(delete);
        await aws.SuccessAsync(delete);

        Assert.True(made.Properties!.Value.GetProperty("ForceDestroy").GetBoolean());
        Assert.False(live.Properties!.Value.TryGetProperty("ForceDestroy", out _));
        Assert.Equal(ProblemCodes.ResourceConflict, kept.Code);
        Assert.Equal(ProblemCodes.NotFound, (await aws.FailureAsync(Requests.Read(Aws.Bucket, _name))).Code);
    }

    [Fact]
    public async Task A_server_without_versions_has_its_objects_deleted()
    {
        await using var aws = Aws.Start(server);
        await aws.SuccessAsync(Requests.Create(Aws.Bucket, new { Name = _name, ForceDestroy = true }));
        await aws.SuccessAsync(Requests.Create(Aws.Object, new { Bucket = _name, Key = "a/b" }));

        await aws.SuccessAsync(Requests.Delete(Aws.Bucket, _name) with { PriorProperties = Requests.Json(new { Name = _name, ForceDestroy = true }) });

        Assert.Equal(ProblemCodes.NotFound, (await aws.FailureAsync(Requests.Read(Aws.Bucket, _name))).Code);
    }

    private static Reply NotEmpty => Wire.S3Error("BucketNotEmpty", HttpStatusCode.Conflict);

    private static OperationRequest Delete(bool isForced) => Requests.Delete(Aws.Bucket, Name) with { PriorProperties = Requests.Json(new { Name, ForceDestroy = isForced }) };

    private static string Page(bool isTruncated, params string[] entries) => $"<ListVersionsResult><IsTruncated>{(isTruncated ? "true" : "false")}</IsTruncated>{string.Concat(entries)}</ListVersionsResult>";
}
